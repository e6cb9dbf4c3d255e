/** What a Linux guest is asked before it becomes an image; in the form of its Windows sister. */
export const linuxEvidence = `
azureAgent=none
if [ -e /usr/sbin/waagent ] || [ -e /usr/bin/waagent ]; then
  azureAgent=waagent
fi
echo "azureAgent=$azureAgent"
cloudInit=none
if [ -e /usr/bin/cloud-init ]; then
  cloudInit=installed
fi
echo "cloudInit=$cloudInit"

domain=none
if [ -e /usr/sbin/realm ]; then
  joined=$(realm list --name-only | head -n 1)
  if [ -n "$joined" ]; then
    domain=$joined
  fi
fi
if [ -e /etc/krb5.keytab ] && [ "$domain" = none ]; then
  domain='unknown, but /etc/krb5.keytab is there'
fi
echo "domain=$domain"
defender=no
if [ -e /etc/opt/microsoft/mdatp/mdatp_onboard.json ]; then
  defender=onboarded
fi
echo "defender=$defender"

hostKeys=none
if [ -e /etc/ssh/ssh_host_rsa_key ] || [ -e /etc/ssh/ssh_host_ed25519_key ]; then
  hostKeys=/etc/ssh
fi
echo "hostKeys=$hostKeys"

pending=none
if [ -e /var/run/reboot-required ]; then
  pending=/var/run/reboot-required
fi
echo "pendingReboot=$pending"
echo "osDiskGB=$(df -BG --output=size / | tail -n 1 | tr -dc '0-9')"

plugins=$(ls -1 /var/lib/waagent 2>/dev/null | grep '^[A-Z][A-Za-z]*\\.[A-Za-z.]*-[0-9]' | grep -v RunCommandHandler | head -n 10 | tr '\\n' ' ')
echo "plugins=\${plugins:-none}"
echo "logsMB=$(du -sm /var/log 2>/dev/null | cut -f1)"
profiles=$(ls -1 /home 2>/dev/null | grep -v -x -e goldsmith -e lost+found | head -n 10 | tr '\\n' ' ')
echo "profiles=\${profiles:-none}"
exit 0
`.trimStart();

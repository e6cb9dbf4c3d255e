/** What is printed once the machine's identity is gone. */
export const linuxSealed = 'deprovisioned';

/**
 * Takes away what makes this machine this one: its users, keys and identity. Whether the agent deletes the host
 * keys depends on its configuration, and an empty machine id is what systemd fills at the next start. The proof
 * is what is no longer there, not what the agent says.
 */
export const linuxSeal = `
waagent -deprovision+user -force
code=$?
rm -f /etc/ssh/ssh_host_*
: > /etc/machine-id
sync
echo "waagent=$code"
if [ -e /etc/ssh/ssh_host_rsa_key ] || [ -e /etc/ssh/ssh_host_ed25519_key ]; then
  echo 'The host keys are still there.'
  exit 1
fi
if [ -s /etc/machine-id ]; then
  echo 'The machine id is still there.'
  exit 1
fi
if [ "$code" = 0 ]; then
  echo 'sealed=${linuxSealed}'
fi
exit $code
`.trimStart();

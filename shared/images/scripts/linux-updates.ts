/** One kind of package manager: how it is known, what it is told, and how it says that a restart is due. */
interface Manager {
  readonly program: string;
  readonly all: string;
  readonly securityOnly: string;
}

// Configuration files that somebody changed stay as they are; whoever holds the lock is waited for.
const apt =
  'apt-get -y -q -o DPkg::Lock::Timeout=900 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold';

const managers: readonly Manager[] = [
  {
    program: '/usr/bin/apt-get',
    all: `apt-get -q -o DPkg::Lock::Timeout=900 update && ${apt} upgrade --with-new-pkgs`,
    // Debian and Ubuntu keep what is security apart from the rest only in the setting of this program.
    securityOnly: `apt-get -q -o DPkg::Lock::Timeout=900 update && ${apt} install unattended-upgrades && unattended-upgrade`,
  },
  { program: '/usr/bin/tdnf', all: 'tdnf -y update', securityOnly: 'tdnf -y update --security' },
  {
    program: '/usr/bin/dnf',
    all: 'dnf -y upgrade --refresh',
    securityOnly: 'dnf -y upgrade --refresh --security',
  },
  { program: '/usr/bin/yum', all: 'yum -y update', securityOnly: 'yum -y update --security' },
  {
    program: '/usr/bin/zypper',
    all: 'zypper --non-interactive update',
    securityOnly: 'zypper --non-interactive patch --category security',
  },
];

/** Installs what the distribution offers, and says in its last line whether a restart is due. */
export function linuxUpdates({ securityOnly }: { readonly securityOnly: boolean }): string {
  const branches = managers.map(({ program, all, securityOnly: security }, index) => {
    const word = index === 0 ? 'if' : 'elif';
    return `${word} [ -e ${program} ]; then\n  ${securityOnly ? security : all}\n  code=$?`;
  });
  return `
export DEBIAN_FRONTEND=noninteractive
code=1
${branches.join('\n')}
else
  echo 'None of apt-get, dnf, yum, tdnf and zypper is here.'
fi
if [ -e /usr/bin/zypper ]; then
  # 102: done, and a restart is due; 103: done, and there is more to do after it has updated itself.
  if [ "$code" = 102 ]; then
    code=0
    touch /var/run/reboot-required
  fi
  if [ "$code" = 103 ]; then
    code=0
  fi
fi
restart=no
if [ -e /var/run/reboot-required ]; then
  restart=yes
fi
if [ -e /usr/bin/needs-restarting ]; then
  needs-restarting -r > /dev/null || restart=yes
fi
failed=0
if [ "$code" != 0 ]; then
  failed=1
fi
echo "updates: offered=1 failed=$failed restart=$restart"
exit $code
`.trimStart();
}

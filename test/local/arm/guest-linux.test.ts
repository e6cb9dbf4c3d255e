import { expect, test } from 'vitest';
import { loneGuest } from './guest-run.ts';

test.each<[script: string, output: string]>([
  ["echo 'a  b' c", 'a  b c'],
  ['x=5; echo "x is $x, ${y:-none}"', 'x is 5, none'],
  ['x=$(echo a b c | wc -w); echo $x', '3'],
  ['[ -e /etc/hostname ] && echo there || echo gone', 'there'],
  ['if [ -f /nothing ]; then echo a; elif [ "$x" = "" ]; then echo b; else echo c; fi', 'b'],
  ['for f in one two; do echo "<$f>"; done', '<one>\n<two>'],
  ['i=; while [ "$i" != xxx ]; do i="${i}x"; done; echo $i', 'xxx'],
  ['case abc in a*) echo yes;; *) echo no;; esac', 'yes'],
  ['f() { echo "in $1"; return 3; }; f here; echo $?', 'in here\n3'],
  ['(exit 4); echo $?; ! false && echo not', '4\nnot'],
  ["printf '%s=%s\\n' a b", 'a=b'],
  ['mkdir -p /opt/x/y && touch /opt/x/y/z && ls -1 /opt/x/y && rm -rf /opt/x && ls /opt | wc -l', 'z\n0'],
  ['echo one > /tmp/a; echo two >> /tmp/a; cat /tmp/a | tail -n 1; wc -l < /tmp/a', 'two\n2'],
  ['echo gone 2>/dev/null >/dev/null; cat /nothing 2>/dev/null; echo $?', '1'],
  ["echo 'a:b:c' | cut -d: -f2; echo abc | tr a-z A-Z; printf 'x\\ny\\n' | grep -v x", 'b\nABC\ny'],
  ['hostname; systemctl is-active ssh', 'bench\nactive'],
  ['touch /tmp/p1 /tmp/p2; echo /tmp/p*; echo /tmp/q*', '/tmp/p1 /tmp/p2\n/tmp/q*'],
  ['# nothing\necho "it\'s" \\\n  long # here', "it's long"],
  ['i=2; i=$((i + 1)); echo $((i * (4 - 1))) $((7 / 2))', '9 3'],
  ['df -BG --output=size / | tail -n 1', '29G'],
])('%s', (script, output) => {
  expect(loneGuest('Linux').run(script)).toMatchObject({ output });
});

test.each<[script: string, exitCode: number]>([
  ['exit 7', 7],
  ['false', 1],
  ['set -e; false; exit 9', 1],
  ['set -e; false || true; [ 1 = 2 ] && exit 8; exit 9', 9],
  ['Write-Output 1', 127],
  ['$x = 5', 127],
  ['if true; then', 2],
  ['sh /nothing', 2],
])('%s ends with %i', (script, exitCode) => {
  expect(loneGuest('Linux').run(script)?.exitCode).toBe(exitCode);
});

test('a download is checked by its sum and run, with the parameters in its environment', () => {
  const alone = loneGuest('Linux');
  const script = `set -e
curl -fsSL -o /tmp/c.sh https://downloads.contoso.example/configure.sh
echo '16a5b6f525e1cb1f904e04f8ac1a69f22dde216a4242fe7d9ccb4af1194a6f1e  /tmp/c.sh' | sha256sum -c -
sum=$(sha256sum /tmp/c.sh | cut -d' ' -f1)
echo "$sum" | wc -c
chmod +x /tmp/c.sh
sh /tmp/c.sh
cat /etc/contoso/desktop.conf`;
  expect(alone.run(script, { SITE: 'oslo' })?.output).toBe('/tmp/c.sh: OK\n65\nconfigured\nsite=oslo');
  expect(alone.run('curl -fsSL https://nowhere.example/a -o /tmp/a')?.exitCode).toBe(6);
  expect(alone.run('curl -fsSL https://downloads.contoso.example/none -o /tmp/a')?.exitCode).toBe(22);
  expect(alone.run("echo 'aa  /tmp/c.sh' | sha256sum -c -")?.exitCode).toBe(1);
});

test('updates take their time, and a new kernel wants a restart', () => {
  const alone = loneGuest('Linux');
  const ended = alone.run(
    'apt-get update && apt-get -y upgrade && [ -e /var/run/reboot-required ] && echo due',
  );
  expect(ended?.output).toContain('due');
  expect(ended?.seconds).toBeGreaterThan(120);
  alone.restart();
  expect(alone.run('[ -e /var/run/reboot-required ] || echo done')?.output).toBe('done');
});

test('only a forced deprovisioning seals: keys and users are gone, the machine id stays', () => {
  const alone = loneGuest('Linux');
  alone.change({ users: { maria: 'x' }, files: { '/home/maria/.profile': '' } });
  alone.run('waagent -deprovision+user');
  expect(alone.guest.isSealed()).toBe(false);
  expect(alone.run('waagent -deprovision+user -force')?.exitCode).toBe(0);
  expect(alone.guest.isSealed()).toBe(true);
  expect(
    alone.run('ls -1 /etc/ssh 2>/dev/null | wc -l; ls -1 /home | wc -l; [ -s /etc/machine-id ] && echo id')
      ?.output,
  ).toBe('0\n0\nid');
});

test('a script that restarts the guest ends first', () => {
  expect(loneGuest('Linux').run('echo bye; reboot; echo never')).toMatchObject({
    output: 'bye',
    wish: 'restart',
  });
});

const LEVELS: readonly RegExp[] = [/==|!=|<=|>=|<|>/y, /[+-]/y, /[*/%]/y];

const OPERATORS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => Math.trunc(left / right),
  '%': (left, right) => left % right,
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '<=': (left, right) => Number(left <= right),
  '>=': (left, right) => Number(left >= right),
  '<': (left, right) => Number(left < right),
  '>': (left, right) => Number(left > right),
};

/** What stands in `$(( … ))`: whole numbers, variables, and the operators people use. */
export function sumOf(text: string, variable: (name: string) => string): number {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    while (/\s/.test(text[at] ?? '')) at += 1;
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const operand = (): number => {
    if (take(/-/y) !== undefined) return -operand();
    if (take(/\(/y) !== undefined) {
      const inner = level(0);
      take(/\)/y);
      return inner;
    }
    const digits = take(/\d+/y);
    const name = digits === undefined ? take(/\$?\w+/y) : undefined;
    return Number(digits ?? (name === undefined ? '0' : variable(name.replace('$', '')))) || 0;
  };
  const level = (depth: number): number => {
    const operators = LEVELS[depth];
    if (!operators) return operand();
    let left = level(depth + 1);
    for (let found = take(operators); found !== undefined; found = take(operators)) {
      left = OPERATORS[found]?.(left, level(depth + 1)) ?? 0;
    }
    return left;
  };
  return level(0);
}

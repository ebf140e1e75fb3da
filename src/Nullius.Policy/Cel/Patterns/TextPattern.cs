using System.Text;
using Nullius.Policy.Cel.Evaluation;

namespace Nullius.Policy.Cel.Patterns;

/// <summary>
/// A regular expression with RE2's syntax and meaning, run as a set of states: time is bounded by length of text × size
/// of the program, whatever the pattern. Code points, not UTF-16 units.
/// </summary>
internal sealed class TextPattern
{
    private const int MaxProgram = 10_000;
    private const int MaxText = 2_000;

    private readonly List<Instruction> _program = [];

    private enum Code : byte
    {
        Set,
        Split,
        Jump,
        Assert,
        Match,
    }

    private readonly record struct Instruction(Code Code, int First, int Second, CharacterSet? Set, PatternAssertion Assertion);

    internal static bool TryParse(string text, out TextPattern pattern, out string problem)
    {
        pattern = new TextPattern();
        problem = "";
        try
        {
            if (text.Length > MaxText)
                throw new PatternException($"the pattern has {text.Length} characters, expected at most {MaxText}");
            pattern.Emit(PatternParser.Parse(text));
            pattern.Add(new Instruction(Code.Match, 0, 0, null, default));
            return true;
        }
        catch (PatternException refused)
        {
            problem = refused.Message;
            return false;
        }
    }

    private int Add(Instruction instruction)
    {
        if (_program.Count >= MaxProgram)
            throw new PatternException($"the pattern's repetitions expand to more than {MaxProgram} states");
        _program.Add(instruction);
        return _program.Count - 1;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case SetPattern set:
                Add(new Instruction(Code.Set, 0, 0, set.Set, default));
                break;
            case AssertPattern assert:
                Add(new Instruction(Code.Assert, 0, 0, null, assert.Assertion));
                break;
            case SequencePattern sequence:
                sequence.Parts.ForEach(Emit);
                break;
            case ChoicePattern choice:
                EmitChoice(choice);
                break;
            case RepeatPattern repeat:
                EmitRepeat(repeat);
                break;
        }
    }

    private void EmitChoice(ChoicePattern choice)
    {
        var jumps = new List<int>();
        for (var i = 0; i < choice.Options.Count - 1; i++)
        {
            var split = Add(new Instruction(Code.Split, _program.Count + 1, 0, null, default));
            Emit(choice.Options[i]);
            jumps.Add(Add(new Instruction(Code.Jump, 0, 0, null, default)));
            _program[split] = _program[split] with { Second = _program.Count };
        }
        Emit(choice.Options[^1]);
        foreach (var jump in jumps)
            _program[jump] = _program[jump] with { First = _program.Count };
    }

    private void EmitRepeat(RepeatPattern repeat)
    {
        for (var i = 0; i < repeat.Min; i++)
            EmitBody(repeat.Body);
        if (repeat.Max < 0)
        {
            var split = Add(new Instruction(Code.Split, _program.Count + 1, 0, null, default));
            Emit(repeat.Body);
            Add(new Instruction(Code.Jump, split, 0, null, default));
            _program[split] = _program[split] with { Second = _program.Count };
            return;
        }
        var splits = new List<int>();
        for (var i = repeat.Min; i < repeat.Max; i++)
        {
            splits.Add(Add(new Instruction(Code.Split, _program.Count + 1, 0, null, default)));
            EmitBody(repeat.Body);
        }
        foreach (var split in splits)
            _program[split] = _program[split] with { Second = _program.Count };
    }

    /// <summary>Every copy costs at least one state, so that copies of nothing are bounded too.</summary>
    private void EmitBody(PatternNode body)
    {
        var before = _program.Count;
        Emit(body);
        if (_program.Count == before)
            Add(new Instruction(Code.Jump, before + 1, 0, null, default));
    }

    /// <summary>Whether any part of the text matches. Steps are charged to the frame.</summary>
    internal bool IsMatch(string text, CelFrame frame)
    {
        frame.Charge(_program.Count / 4);
        var current = new StateSet(_program.Count);
        var next = new StateSet(_program.Count);
        Rune? before = null;
        for (var at = 0; ;)
        {
            Rune? rune = at < text.Length && Rune.TryGetRuneAt(text, at, out var found) ? found : at < text.Length ? Rune.ReplacementChar : null;
            Follow(current, 0, before, rune);
            frame.Charge(1 + (current.Count / 4));
            if (current.HasMatch)
                return true;
            if (rune is not { } here)
                return false;
            next.Clear();
            for (var i = 0; i < current.Count; i++)
            {
                if (_program[current[i]] is { Code: Code.Set, Set: { } set } && set.Contains(here))
                    next.Pending.Push(current[i] + 1);
            }
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
            Rune? after = at < text.Length ? Rune.TryGetRuneAt(text, at, out var following) ? following : Rune.ReplacementChar : null;
            while (next.Pending.TryPop(out var state))
                Follow(next, state, here, after);
            before = here;
            (current, next) = (next, current);
        }
    }

    /// <summary>Adds a state and all that it leads to without reading.</summary>
    private void Follow(StateSet states, int from, Rune? before, Rune? after)
    {
        var work = states.Work;
        work.Push(from);
        while (work.TryPop(out var state))
        {
            if (!states.Add(state))
                continue;
            var instruction = _program[state];
            switch (instruction.Code)
            {
                case Code.Jump:
                    work.Push(instruction.First);
                    break;
                case Code.Split:
                    work.Push(instruction.Second);
                    work.Push(instruction.First);
                    break;
                case Code.Assert when Holds(instruction.Assertion, before, after):
                    work.Push(state + 1);
                    break;
                case Code.Match:
                    states.HasMatch = true;
                    break;
            }
        }
    }

    private static bool Holds(PatternAssertion assertion, Rune? before, Rune? after) => assertion switch
    {
        PatternAssertion.TextStart => before is null,
        PatternAssertion.TextEnd => after is null,
        PatternAssertion.LineStart => before is null || before.Value.Value == '\n',
        PatternAssertion.LineEnd => after is null || after.Value.Value == '\n',
        PatternAssertion.WordBoundary => IsWord(before) != IsWord(after),
        PatternAssertion.NoWordBoundary => IsWord(before) == IsWord(after),
    };

    private static bool IsWord(Rune? rune) => rune is { IsAscii: true } ascii && (char.IsAsciiLetterOrDigit((char)ascii.Value) || ascii.Value == '_');

    /// <summary>States in the order of their discovery, each once.</summary>
    private sealed class StateSet(int size)
    {
        private readonly int[] _states = new int[size];
        private readonly bool[] _has = new bool[size];

        internal Stack<int> Work { get; } = new();

        internal Stack<int> Pending { get; } = new();

        internal int Count { get; private set; }

        internal bool HasMatch { get; set; }

        internal int this[int index] => _states[index];

        internal bool Add(int state)
        {
            if (_has[state])
                return false;
            _has[state] = true;
            _states[Count++] = state;
            return true;
        }

        internal void Clear()
        {
            for (var i = 0; i < Count; i++)
                _has[_states[i]] = false;
            Count = 0;
            HasMatch = false;
        }
    }
}

using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>The actions of a statement, of which one must match. Many statements have the same: shared (<see cref="SharedParts"/>).</summary>
internal sealed class ActionSet
{
    private readonly Test[] _tests;

    internal ActionSet(ActionPattern[] patterns)
    {
        Patterns = patterns;
        HasMalformed = patterns.Any(pattern => pattern.Malformed);
        IsAll = patterns.Any(pattern => pattern.IsAll);
        _tests = [.. patterns.Where(pattern => !pattern.Malformed).Select(pattern => new Test(pattern.Folded))];
        ServiceHash = SharedService();
    }

    internal ActionPattern[] Patterns { get; }

    internal bool HasMalformed { get; }

    /// <summary>Whether one of them is <c>*</c>.</summary>
    internal bool IsAll { get; }

    /// <summary>The hash of the service that all of them name; 0 where they name several, or one with a wildcard.</summary>
    internal uint ServiceHash { get; }

    /// <param name="action">In lower case.</param>
    internal bool Matches(ReadOnlySpan<char> action)
    {
        foreach (ref readonly var test in _tests.AsSpan())
        {
            if (test.Matches(action))
                return true;
        }
        return false;
    }

    /// <summary>The hash of the service of an action in lower case, never 0.</summary>
    internal static uint HashOfService(ReadOnlySpan<char> action)
    {
        var hash = 2_166_136_261u;
        foreach (var c in action)
        {
            if (c == ':')
                break;
            hash = (hash ^ c) * 16_777_619u;
        }
        return hash | 1;
    }

    private uint SharedService()
    {
        uint shared = 0;
        foreach (var test in _tests)
        {
            var colon = test.Text.IndexOf(':', StringComparison.Ordinal);
            var mark = Glob.FirstMark(test.Text);
            if (colon < 0 || (mark >= 0 && mark < colon))
                return 0;
            var hash = HashOfService(test.Text);
            if (shared != 0 && hash != shared)
                return 0;
            shared = hash;
        }
        return shared;
    }

    private readonly struct Test
    {
        // Characters before the first wildcard, and whether that wildcard ends the pattern and takes any rest.
        private readonly int _literal;
        private readonly bool _takesRest;

        internal Test(string text)
        {
            Text = text;
            var mark = Glob.FirstMark(text);
            _literal = mark < 0 ? text.Length : mark;
            _takesRest = mark == text.Length - 1 && text[mark] == Glob.Star;
        }

        internal string Text { get; }

        internal bool Matches(ReadOnlySpan<char> action)
        {
            ReadOnlySpan<char> text = Text;
            if (_takesRest)
                return action.StartsWith(text[.._literal]);
            if (_literal == text.Length)
                return action.SequenceEqual(text);
            return action.StartsWith(text[.._literal]) && Glob.Matches(text[_literal..], action[_literal..]);
        }
    }
}

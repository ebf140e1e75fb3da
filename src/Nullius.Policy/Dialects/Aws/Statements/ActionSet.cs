using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>The actions of a statement, of which one must match. Many statements have the same: shared (<see cref="SharedParts"/>).</summary>
internal sealed class ActionSet
{
    /// <summary>Testing so many takes no longer than walking a tree.</summary>
    private const int ListedUpTo = 8;

    // All of them while they are few.
    private readonly Test[] _tests;

    // Otherwise by their literal beginnings: who comes to a node's end or past it has matched, or has these left to test.
    private readonly PrefixNode<Test[]>? _tree;

    internal ActionSet(ActionPattern[] patterns)
    {
        Patterns = patterns;
        HasMalformed = patterns.Any(pattern => pattern.Malformed);
        IsAll = patterns.Any(pattern => pattern.IsAll);
        _tests = [.. patterns.Where(pattern => !pattern.Malformed).Select(pattern => new Test(pattern.Folded))];
        ServiceHash = SharedService();
        if (_tests.Length > ListedUpTo)
            _tree = Tree(_tests);
    }

    internal ActionPattern[] Patterns { get; }

    internal bool HasMalformed { get; }

    /// <summary>Whether one of them is <c>*</c>.</summary>
    internal bool IsAll { get; }

    /// <summary>The hash of the service that all of them name; 0 where they name several, or one with a wildcard.</summary>
    internal uint ServiceHash { get; }

    /// <param name="action">In lower case.</param>
    internal bool Matches(ReadOnlySpan<char> action) => _tree is null ? Matches(_tests, action) : MatchesTree(_tree, action);

    private static bool MatchesTree(PrefixNode<Test[]> node, ReadOnlySpan<char> action)
    {
        var position = 0;
        for (var at = node; at is not null; at = at.Next(action, position))
        {
            position += at.Label.Length;
            if (at.Prefix is { } left && (left.Length == 0 || Matches(left, action)))
                return true;
            if (at.Exact is not null && position == action.Length)
                return true;
        }
        return false;
    }

    private static PrefixNode<Test[]> Tree(Test[] tests)
    {
        var root = PrefixNode<Test[]>.Root();
        foreach (var test in tests)
        {
            var node = root.Reach(test.Beginning);
            if (test.Beginning.Length == test.Text.Length)
                node.Exact = [];
            else if (test.TakesRest)
                node.Prefix = [];
            else if (node.Prefix is not { Length: 0 })
                node.Prefix = [.. node.Prefix ?? [], test];
        }
        return root;
    }

    private static bool Matches(Test[] tests, ReadOnlySpan<char> action)
    {
        foreach (ref readonly var test in tests.AsSpan())
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
        private readonly int _literal;

        internal Test(string text)
        {
            Text = text;
            var mark = Glob.FirstMark(text);
            _literal = mark < 0 ? text.Length : mark;
            TakesRest = mark == text.Length - 1 && text[mark] == Glob.Star;
        }

        internal string Text { get; }

        /// <summary>Before the first wildcard.</summary>
        internal ReadOnlySpan<char> Beginning => Text.AsSpan(0, _literal);

        /// <summary>The first wildcard ends the pattern and takes any rest.</summary>
        internal bool TakesRest { get; }

        internal bool Matches(ReadOnlySpan<char> action)
        {
            ReadOnlySpan<char> text = Text;
            if (TakesRest)
                return action.StartsWith(text[.._literal]);
            if (_literal == text.Length)
                return action.SequenceEqual(text);
            return action.StartsWith(text[.._literal]) && Glob.Matches(text[_literal..], action[_literal..]);
        }
    }
}

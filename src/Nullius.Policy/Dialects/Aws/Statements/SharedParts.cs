using System.Collections.Concurrent;
using System.Globalization;
using Nullius.Policy.Dialects.Aws.Conditions;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>
/// Compiled parts that many statements have alike: actions, lists of actions, beginnings of ARNs, whole condition blocks. One immutable object stands in
/// all of them. Bounded: past that, each statement has its own.
/// </summary>
internal static class SharedParts
{
    private static readonly Pool<ActionPattern> s_actions = new();
    private static readonly Pool<ActionSet> s_actionSets = new();
    private static readonly Pool<AwsCondition[]> s_conditions = new();
    private static readonly Pool<ArnHead> s_heads = new();

    internal static ActionPattern Action(string raw) => s_actions.Share(raw, raw, static text => new ActionPattern(text));

    internal static ArnHead Head(string text) => s_heads.Share(text, text, static text => new ArnHead(text));

    internal static ActionSet Actions(ActionPattern[] actions) =>
        s_actionSets.Share(KeyOf(actions.Select(action => action.Raw)), actions, static list => new ActionSet(list));

    /// <param name="variables">Whether the document's version substitutes variables: the same text then means something else.</param>
    internal static AwsCondition[] Conditions(AwsCondition[] conditions, bool variables, bool isDeny)
    {
        if (conditions.Length == 0)
            return [];
        var key = KeyOf(conditions.SelectMany(c => (string[])[c.Form.Name, c.KeyName, c.RawValues.Count.ToString(CultureInfo.InvariantCulture), .. c.RawValues]));
        return s_conditions.Share($"{(variables ? 'v' : '-')}{(isDeny ? 'd' : 'a')}{key}", conditions, static list => list);
    }

    // INVARIANT: different parts have different keys, whatever characters they hold: every text stands after its length.
    private static string KeyOf(IEnumerable<string> texts) =>
        string.Concat(texts.Select(text => string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{text}")));

    private sealed class Pool<T>
        where T : class
    {
        private const int Most = 32_768;
        private const int LongestKey = 1024;

        private readonly ConcurrentDictionary<string, T> _kept = new(StringComparer.Ordinal);
        private int _count;

        internal T Share<TState>(string key, TState state, Func<TState, T> make)
        {
            if (_kept.TryGetValue(key, out var kept))
                return kept;
            var made = make(state);
            if (key.Length > LongestKey || Volatile.Read(ref _count) >= Most)
                return made;
            if (!_kept.TryAdd(key, made))
                return _kept[key];
            Interlocked.Increment(ref _count);
            return made;
        }
    }
}

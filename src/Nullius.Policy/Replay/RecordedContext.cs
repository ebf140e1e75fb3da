using System.Net;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Replay;

/// <summary>What is known about one key.</summary>
public enum FactKind : byte
{
    /// <summary>The provider would not have set the key for this request.</summary>
    Absent,
    Text,
    /// <summary>Several values.</summary>
    Texts,
    Flag,
    Instant,
    Address,
    /// <summary>An instant whose distance in seconds to the request's time is the value.</summary>
    SecondsSince,
}

/// <summary>One known circumstance of a request.</summary>
/// <param name="Key">A condition key, or a member of a sign-in as <c>nullius simulate</c> names it.</param>
/// <param name="Value">As <paramref name="Kind"/> says: null, a string, a list of strings, a boolean, an instant or an address.</param>
public readonly record struct ContextFact(string Key, FactKind Kind, object? Value)
{
    public static ContextFact Absent(string key) => new(key, FactKind.Absent, null);

    public static ContextFact Of(string key, string value) => new(key, FactKind.Text, value);

    public static ContextFact Of(string key, IReadOnlyList<string> values) => new(key, FactKind.Texts, values);

    public static ContextFact Of(string key, bool value) => new(key, FactKind.Flag, value ? s_true : s_false);

    public static ContextFact Of(string key, DateTimeOffset value) => new(key, FactKind.Instant, value);

    public static ContextFact Of(string key, IPAddress value) => new(key, FactKind.Address, value);

    public static ContextFact Since(string key, DateTimeOffset value) => new(key, FactKind.SecondsSince, value);

    private static readonly object s_true = true;
    private static readonly object s_false = false;

    /// <summary>For people.</summary>
    public override string ToString() => Kind == FactKind.Texts ? $"{Key}=[{string.Join(',', (IReadOnlyList<string>)Value!)}]" : $"{Key}={Value ?? "(absent)"}";

    /// <summary>Sets the key as the request of that time had it.</summary>
    internal void WriteTo(RequestContext context, ConditionKey key, DateTimeOffset time)
    {
        switch (Kind)
        {
            case FactKind.Absent:
                break;
            case FactKind.Text:
                context.Set(key, (string)Value!);
                break;
            case FactKind.Texts:
                context.Set(key, (IReadOnlyList<string>)Value!);
                break;
            case FactKind.Flag:
                context.Set(key, ReferenceEquals(Value, s_true));
                break;
            case FactKind.Instant:
                context.Set(key, (DateTimeOffset)Value!);
                break;
            case FactKind.Address:
                context.Set(key, (IPAddress)Value!);
                break;
            case FactKind.SecondsSince:
                context.Set(key, Math.Max(0, (long)(time - (DateTimeOffset)Value!).TotalSeconds));
                break;
        }
    }
}

/// <summary>The known circumstances of a request: what is not named here is unknown. Immutable, shared between requests.</summary>
public sealed class RecordedContext
{
    private readonly ContextFact[] _facts;

    public RecordedContext(IEnumerable<ContextFact> facts) => _facts = [.. facts];

    /// <summary>Nothing is known.</summary>
    public static RecordedContext Nothing { get; } = new([]);

    public IReadOnlyList<ContextFact> Facts => _facts;

    /// <summary>The fact about a key, compared without case; null when nothing is known of it.</summary>
    public ContextFact? Find(string key)
    {
        foreach (ref readonly var fact in _facts.AsSpan())
        {
            if (string.Equals(fact.Key, key, StringComparison.OrdinalIgnoreCase))
                return fact;
        }
        return null;
    }

    /// <summary>A known text; null when it is absent, unknown, or no text.</summary>
    public string? Text(string key) => Find(key)?.Value as string;

    /// <summary>A known truth value; null when it is absent or unknown.</summary>
    public bool? Flag(string key) => Find(key)?.Value as bool?;

    /// <summary>Known values; null when they are absent or unknown.</summary>
    public IReadOnlyList<string>? Texts(string key) => Find(key)?.Value as IReadOnlyList<string>;
}

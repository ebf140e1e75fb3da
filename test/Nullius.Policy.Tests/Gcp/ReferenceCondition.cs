namespace Nullius.Policy.Tests.Gcp;

/// <summary>What a condition comes to, as the language's rules have it.</summary>
internal enum Truth
{
    True,
    False,
    Error,
    Unknown,
}

/// <summary>A condition as a tree: written out for the compiled evaluator, walked over by the reference, which parses nothing.</summary>
internal abstract record ReferenceCondition
{
    internal abstract string Text { get; }

    internal abstract Truth Evaluate(ReferenceCase facts);

    /// <summary>What decides wins; then what is unknown, then what failed.</summary>
    protected static Truth Join(IEnumerable<Truth> parts, Truth deciding, Truth otherwise)
    {
        var all = parts.ToList();
        return all.Contains(deciding) ? deciding : all.Contains(Truth.Unknown) ? Truth.Unknown : all.Contains(Truth.Error) ? Truth.Error : otherwise;
    }
}

internal sealed record AllOf(ReferenceCondition[] Parts) : ReferenceCondition
{
    internal override string Text => "(" + string.Join(" && ", Parts.Select(p => p.Text)) + ")";

    internal override Truth Evaluate(ReferenceCase facts) => Join(Parts.Select(p => p.Evaluate(facts)), Truth.False, Truth.True);
}

internal sealed record AnyOf(ReferenceCondition[] Parts) : ReferenceCondition
{
    internal override string Text => "(" + string.Join(" || ", Parts.Select(p => p.Text)) + ")";

    internal override Truth Evaluate(ReferenceCase facts) => Join(Parts.Select(p => p.Evaluate(facts)), Truth.True, Truth.False);
}

internal sealed record NotThat(ReferenceCondition Part) : ReferenceCondition
{
    internal override string Text => "!(" + Part.Text + ")";

    internal override Truth Evaluate(ReferenceCase facts) => Part.Evaluate(facts) switch
    {
        Truth.True => Truth.False,
        Truth.False => Truth.True,
        var other => other,
    };
}

internal sealed record IfThen(ReferenceCondition Test, ReferenceCondition Then, ReferenceCondition Else) : ReferenceCondition
{
    internal override string Text => $"({Test.Text} ? {Then.Text} : {Else.Text})";

    internal override Truth Evaluate(ReferenceCase facts) => Test.Evaluate(facts) switch
    {
        Truth.True => Then.Evaluate(facts),
        Truth.False => Else.Evaluate(facts),
        var other => other,
    };
}

internal sealed record Atom(string Written, Func<ReferenceCase, Truth> Rule) : ReferenceCondition
{
    internal override string Text => Written;

    internal override Truth Evaluate(ReferenceCase facts) => Rule(facts);
}

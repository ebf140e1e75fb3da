using Nullius.Policy.Cel.Checking;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>A function: how it may be called, and what it does by number of arguments (the receiver counts).</summary>
internal sealed class CelFunction(string name, params string[] signatures)
{
    internal string Name { get; } = name;

    internal CelOverload[] Overloads { get; init; } = [.. signatures.Select(CelOverload.Parse)];

    internal CelUnary? Unary { get; init; }

    internal CelBinary? Binary { get; init; }

    internal CelVariadic? Variadic { get; init; }

    internal bool Takes(bool isMember, int arguments) => Array.Exists(Overloads, o => o.IsMember == isMember && o.Parameters.Length == arguments);

    internal CelEvaluator Call(CelEvaluator[] arguments, int position) => arguments.Length switch
    {
        1 when Unary is { } unary => new UnaryEvaluator(unary, arguments[0], position),
        2 when Binary is { } binary => new BinaryEvaluator(binary, arguments[0], arguments[1], position),
        _ when Variadic is { } variadic => new VariadicEvaluator(variadic, arguments, position),
        _ => new FailingEvaluator("no-such-overload", $"`{Name}` takes no {arguments.Length} arguments", position),
    };
}

namespace Nullius.Policy.Cel.Syntax;

/// <summary>The text is not an expression; caught where parsing begins.</summary>
internal sealed class CelSyntaxException(string code, string message, int position) : Exception(message)
{
    internal string Code { get; } = code;

    internal int Position { get; } = position;
}

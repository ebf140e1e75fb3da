namespace Nullius.Policy.Cel.Values;

/// <summary>Why evaluation failed. The position is that of the node which failed first; -1 until a node has claimed it.</summary>
internal sealed class CelFault(string code, string message)
{
    internal string Code { get; } = code;

    internal string Message { get; } = message;

    internal int Position { get; private set; } = -1;

    internal CelFault At(int position)
    {
        // INVARIANT: shared faults are never located; a fault that is made during evaluation belongs to that evaluation.
        if (Position < 0)
            Position = position;
        return this;
    }
}

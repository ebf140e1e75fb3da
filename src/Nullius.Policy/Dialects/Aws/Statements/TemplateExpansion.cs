using System.Buffers;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>Writes a template's text into a buffer: on the stack first, from the pool when it grows.</summary>
internal ref struct TemplateExpansion(Span<char> initial)
{
    internal const int InitialLength = 512;

    private Span<char> _buffer = initial;
    private char[]? _rented;
    private int _length;

    internal readonly ReadOnlySpan<char> Text => _buffer[.._length];

    /// <summary>True: expanded. False: a variable has no single value. Unknown: a variable's value is unknown.</summary>
    internal Ternary TryExpand(TemplatePart[] parts, ref AwsFrame frame)
    {
        foreach (var part in parts)
        {
            if (part.Key is null)
            {
                Append(part.Literal);
                continue;
            }
            var status = AppendValue(part, ref frame);
            if (status != Ternary.True)
                return status;
        }
        return Ternary.True;
    }

    private Ternary AppendValue(in TemplatePart part, ref AwsFrame frame)
    {
        var value = frame.Value(part.Key!);
        switch (value.Presence)
        {
            case Presence.Unknown:
                frame.ReportUnknown(part.Literal!);
                return Ternary.Unknown;
            case Presence.Absent when part.Default is null:
                return Ternary.False;
            case Presence.Absent:
                Append(part.Default);
                return Ternary.True;
        }
        // Variables take single-valued keys only (reference: where you can use policy variables).
        if (value.Kind == ContextValueKind.TextList)
            return Ternary.False;
        frame.ReadAsText(part.Key!);
        var text = ContextText.Of(value, stackalloc char[ContextText.BufferLength]);
        // INVARIANT: a value never becomes a wildcard; text that holds a mark cannot be represented and matches nothing.
        if (Glob.FirstMark(text) >= 0)
            return Ternary.False;
        Append(text);
        return Ternary.True;
    }

    private void Append(scoped ReadOnlySpan<char> text)
    {
        if (text.Length > _buffer.Length - _length)
            Grow(_length + text.Length);
        text.CopyTo(_buffer[_length..]);
        _length += text.Length;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
        Text.CopyTo(larger);
        Release();
        _rented = larger;
        _buffer = larger;
    }

    internal void Release()
    {
        if (_rented is not null)
            ArrayPool<char>.Shared.Return(_rented);
        _rented = null;
    }
}

using System.Buffers;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation;

/// <summary>One case as it was found: its text, or why it could not be held. Valid until the next write.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
public readonly record struct CaseText(ReadOnlyMemory<byte> Json, int Line, SimulationInputException? Fault);

/// <summary>
/// Cuts a stream of UTF-8 into cases: one array, or documents one after the other, each on a line or over several.
/// Holds one case at a time. After a malformed one it takes up again at the next line that begins with <c>{</c>.
/// </summary>
public sealed class CaseSplitter(Action<CaseText> found)
{
    private enum Mode : byte
    {
        Start,
        Documents,
        Array,
        AfterArray,
    }

    private readonly ArrayBufferWriter<byte> _text = new(4096);
    private Mode _mode;
    private bool _inValue;
    private bool _scalar;
    private bool _inString;
    private bool _escaped;
    private bool _lineStart;
    private bool _needsComma;
    private bool _afterComma;
    private bool _tooLarge;
    private int _depth;
    private byte _last;
    private int _line = 1;
    private int _startLine;

    /// <summary>Takes the next bytes of the stream.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (_inValue)
                Continue(b);
            else
                Between(b);
            if (b == '\n')
            {
                _line++;
                _lineStart = true;
            }
            else
            {
                _lineStart = false;
            }
        }
    }

    /// <summary>The stream has ended: what is incomplete is reported.</summary>
    public void Complete()
    {
        if (_inValue)
            End();
        if (_mode == Mode.Array)
            Fault(_line, "the array of cases does not end, expected `]`");
    }

    private void Between(byte b)
    {
        if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            return;
        if (_mode == Mode.Start)
        {
            _mode = b == '[' ? Mode.Array : Mode.Documents;
            if (_mode == Mode.Array)
                return;
        }
        if (_mode == Mode.Array && b is (byte)']' or (byte)',')
            Separate(b);
        else
            Begin(b);
    }

    private void Separate(byte b)
    {
        if (b == ']')
        {
            if (_afterComma)
                Fault(_line, "the array of cases ends after `,`, expected a case");
            _mode = Mode.AfterArray;
            return;
        }
        if (!_needsComma)
            Fault(_line, "`,` stands where a case should, expected a case");
        _needsComma = false;
        _afterComma = true;
    }

    private void Begin(byte b)
    {
        if (_mode == Mode.AfterArray)
            Fault(_line, "text follows the array of cases, expected its end");
        else if (_mode == Mode.Array && _needsComma)
            Fault(_line, "two cases stand side by side, expected `,` between them");
        _inValue = true;
        _startLine = _line;
        _depth = 0;
        _inString = false;
        _escaped = false;
        _tooLarge = false;
        _text.ResetWrittenCount();
        _scalar = b is not ((byte)'{' or (byte)'[');
        Continue(b);
    }

    private void Continue(byte b)
    {
        if (b == '\n' && (_inString || (_scalar && _depth == 0)))
        {
            // No string of JSON goes over a line's end: what began here is malformed, and ends here.
            End();
            return;
        }
        if (_lineStart && b == '{' && _mode == Mode.Documents && _startLine < _line && _last is not ((byte)',' or (byte)':' or (byte)'['))
        {
            End();
            Begin(b);
            return;
        }
        if (_scalar && !_inString && _mode == Mode.Array && b is (byte)',' or (byte)']')
        {
            End();
            Between(b);
            return;
        }
        Take(b);
        if (_inString)
            InString(b);
        else
            Outside(b);
    }

    private void Take(byte b)
    {
        if (_text.WrittenCount >= LocatedJsonReader.MaxBytes)
        {
            _tooLarge = true;
            return;
        }
        _text.GetSpan(1)[0] = b;
        _text.Advance(1);
    }

    private void InString(byte b)
    {
        if (_escaped)
            _escaped = false;
        else if (b == '\\')
            _escaped = true;
        else if (b == '"')
            _inString = false;
    }

    private void Outside(byte b)
    {
        if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            _last = b;
        if (b == '"')
            _inString = true;
        if (_scalar)
            return;
        if (b is (byte)'{' or (byte)'[')
            _depth++;
        else if (b is (byte)'}' or (byte)']' && --_depth == 0)
            End();
    }

    private void End()
    {
        _inValue = false;
        _needsComma = true;
        _afterComma = false;
        if (_mode == Mode.AfterArray)
            return;
        var fault = _tooLarge
            ? new SimulationInputException("too-large", $"a case has more than {LocatedJsonReader.MaxBytes} bytes", "$") : null;
        // Without the line's end: an error at the end of a case stands on the case's last line.
        var length = _text.WrittenSpan.TrimEnd(" \t\r\n"u8).Length;
        found(new CaseText(_text.WrittenMemory[..length], _startLine, fault));
        _text.ResetWrittenCount();
    }

    private void Fault(int line, string message) =>
        found(new CaseText(default, line, new SimulationInputException("bad-json", message, "$")));
}

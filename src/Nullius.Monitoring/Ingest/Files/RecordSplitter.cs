using System.Buffers;

namespace Nullius.Monitoring.Ingest.Files;

/// <summary>
/// Cuts records out of JSON that is not one record a line: an array of them, objects one after the other over several lines,
/// and the lists that providers wrap them in (<c>{"Records":[…]}</c>). Looks at structure only; what a record holds is its
/// parser's to judge. Memory is bounded by the longest record.
/// </summary>
internal sealed class RecordSplitter(RecordSplitter.RecordHandler onRecord, Action<long, string> onNote)
{
    internal delegate void RecordHandler(ReadOnlySpan<byte> record, long line);

    internal const int LongestRecord = 1024 * 1024;
    private const int LongestName = 32;

    /// <summary>Within a wrapper, after its list: nothing there is a record.</summary>
    private const int NoList = int.MaxValue;

    /// <summary>Members of a wrapper that hold its records: CloudTrail files and lookups, Azure diagnostics, Graph and Resource Manager pages, Cloud Logging pages.</summary>
    private static readonly string[] s_lists = ["Records", "records", "Events", "value", "entries"];

    private static readonly SearchValues<byte> s_inString = SearchValues.Create("\"\\\n"u8);
    private static readonly SearchValues<byte> s_structure = SearchValues.Create("{}[]\"\n"u8);

    private readonly ArrayBufferWriter<byte> _record = new(64 * 1024);
    private long _line = 1;
    private long _recordLine;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _oversized;

    // INVARIANT: records are objects that begin at _listDepth; 0 at top level, 1 in an array, 2 in a wrapper's list.
    private int _listDepth;
    private int _nameLength;
    private readonly byte[] _name = new byte[LongestName];

    internal void Write(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            var used = _inString ? InString(chunk) : Structure(chunk);
            chunk = chunk[used..];
        }
    }

    /// <summary>Nothing follows.</summary>
    internal void Complete()
    {
        if (_depth > 0 || _inString)
            onNote(_depth > _listDepth ? _recordLine : _line, "the document ends within a value, expected its end");
    }

    private bool InRecord => _depth > _listDepth;

    private int InString(ReadOnlySpan<byte> chunk)
    {
        if (_escaped)
        {
            _escaped = false;
            Keep(chunk[..1]);
            return 1;
        }
        var at = chunk.IndexOfAny(s_inString);
        var length = at < 0 ? chunk.Length : at + 1;
        if (_depth == 1)
            KeepName(chunk[..(at < 0 ? length : at)]);
        Keep(chunk[..length]);
        if (at < 0)
            return length;
        switch (chunk[at])
        {
            case (byte)'"':
                _inString = false;
                break;
            case (byte)'\\':
                _escaped = true;
                break;
            default:
                _line++;
                break;
        }
        return length;
    }

    private int Structure(ReadOnlySpan<byte> chunk)
    {
        var at = chunk.IndexOfAny(s_structure);
        var plain = at < 0 ? chunk.Length : at;
        if (_depth == 0 && !IsBlank(chunk[..plain]))
            onNote(_line, "text between records, expected JSON objects");
        if (plain > 0)
            Keep(chunk[..plain]);
        if (at < 0)
            return plain;
        Act(chunk.Slice(at, 1));
        return plain + 1;
    }

    private void Act(ReadOnlySpan<byte> one)
    {
        switch (one[0])
        {
            case (byte)'\n':
                _line++;
                Keep(one);
                break;
            case (byte)'"':
                _inString = true;
                _nameLength = 0;
                Keep(one);
                break;
            case (byte)'{':
                if (_depth == _listDepth)
                    Begin();
                _depth++;
                Keep(one);
                break;
            case (byte)'[':
                if (_depth == 0)
                    _listDepth = 1;
                else if (_depth == 1 && (_listDepth is 0 or NoList) && IsList())
                    Unwrap();
                _depth++;
                Keep(one);
                break;
            default:
                Close(one);
                break;
        }
    }

    private void Close(ReadOnlySpan<byte> one)
    {
        if (_depth == 0)
        {
            onNote(_line, $"`{(char)one[0]}` closes nothing, expected JSON objects");
            return;
        }
        Keep(one);
        _depth--;
        if (_depth == _listDepth && one[0] == '}')
            End();
        if (_depth == 0)
            _listDepth = 0;
        else if (one[0] == ']' && _depth == _listDepth - 1)
            _listDepth = NoList;
    }

    private void Begin()
    {
        _record.ResetWrittenCount();
        _oversized = false;
        _recordLine = _line;
    }

    private void End()
    {
        if (_oversized)
            onNote(_recordLine, $"the record has more than {LongestRecord} bytes and is left out");
        else if (_record.WrittenCount > 0)
            onRecord(_record.WrittenSpan, _recordLine);
        _record.ResetWrittenCount();
    }

    /// <summary>The record that seemed to begin is a wrapper: what is in its list are the records.</summary>
    private void Unwrap()
    {
        _record.ResetWrittenCount();
        _listDepth = 2;
    }

    private bool IsList()
    {
        var name = _name.AsSpan(0, _nameLength);
        foreach (var known in s_lists)
        {
            if (name.Length == known.Length && System.Text.Ascii.Equals(name, known))
                return true;
        }
        return false;
    }

    private void KeepName(ReadOnlySpan<byte> part)
    {
        var room = Math.Min(part.Length, LongestName - _nameLength);
        part[..room].CopyTo(_name.AsSpan(_nameLength));
        _nameLength += room;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (!InRecord || _oversized)
            return;
        if (_record.WrittenCount + bytes.Length > LongestRecord)
            _oversized = true;
        else
            _record.Write(bytes);
    }

    private static bool IsBlank(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept(" \t\r\n,\u001e"u8) < 0;
}

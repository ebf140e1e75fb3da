using System.Buffers.Binary;

namespace Nullius.Gateway.Live;

/// <summary>
/// Follows the frames of one direction of a WebSocket (RFC 6455, section 5.2) without looking at what they carry: where one
/// ends, and whether it was a close.
/// </summary>
internal struct WebSocketFrames
{
    private ulong _payload;
    private byte _first;
    private byte _second;
    private byte _headerRead;
    private byte _headerLength;
    private ulong _length;

    /// <summary>True between two frames, where a control frame may be put.</summary>
    public readonly bool AtBoundary => _payload == 0 && _headerRead == 0;

    /// <summary>A close frame has gone by.</summary>
    public bool SawClose { get; private set; }

    public void Follow(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_payload > 0)
            {
                var skip = (int)Math.Min(_payload, (ulong)bytes.Length);
                _payload -= (ulong)skip;
                bytes = bytes[skip..];
                continue;
            }

            FollowHeader(bytes[0]);
            bytes = bytes[1..];
        }
    }

    private void FollowHeader(byte value)
    {
        switch (_headerRead)
        {
            case 0:
                _first = value;
                _headerLength = 2;
                break;
            case 1:
                _second = value;
                _length = (ulong)(value & 0x7F);
                var extended = _length switch { 126 => 2, 127 => 8, _ => 0 };
                if (extended > 0)
                    _length = 0;
                _headerLength = (byte)(2 + extended + ((value & 0x80) != 0 ? 4 : 0));
                break;
            default:
                var lengthBytes = (_second & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };
                if (_headerRead < 2 + lengthBytes)
                    _length = (_length << 8) | value;
                break;
        }

        _headerRead++;
        if (_headerRead < 2 || _headerRead < _headerLength)
            return;
        _payload = _length;
        _headerRead = 0;
        SawClose |= (_first & 0x0F) == 8;
    }

    /// <summary>A close frame with status 1008 (policy violation); masked with zeros where it goes to a server.</summary>
    public static byte[] Close(ReadOnlySpan<byte> reason, bool toServer)
    {
        var header = toServer ? 6 : 2;
        var frame = new byte[header + 2 + reason.Length];
        frame[0] = 0x88;
        frame[1] = (byte)((toServer ? 0x80 : 0) | (2 + reason.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(header), 1008);
        reason.CopyTo(frame.AsSpan(header + 2));
        return frame;
    }
}

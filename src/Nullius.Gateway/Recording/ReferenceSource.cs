using System.Buffers.Binary;
using Nullius.State;

namespace Nullius.Gateway.Recording;

/// <summary>
/// Ids of records: 26 characters of Crockford's base 32 that sort by time. Milliseconds, then a part that is random per
/// process, then a counter. Unique, not secret.
/// </summary>
internal sealed class ReferenceSource
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private readonly TimeProvider _time;
    private readonly ulong _process;
    private long _counter;

    public ReferenceSource(TimeProvider time, RandomSource random)
    {
        _time = time;
        Span<byte> seed = stackalloc byte[8];
        random.Fill(seed);
        _process = BinaryPrimitives.ReadUInt64BigEndian(seed) & 0xFF_FFFF_FFFF;
    }

    public string Next()
    {
        var milliseconds = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds() & 0xFFFF_FFFF_FFFF;
        var count = (ulong)Interlocked.Increment(ref _counter) & 0xFF_FFFF_FFFF;
        return string.Create(26, (milliseconds, _process, count), static (text, parts) =>
        {
            Write(text[..10], parts.milliseconds);
            Write(text[10..18], parts._process);
            Write(text[18..], parts.count);
        });
    }

    private static void Write(Span<char> text, ulong value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(value & 31)];
            value >>= 5;
        }
    }
}

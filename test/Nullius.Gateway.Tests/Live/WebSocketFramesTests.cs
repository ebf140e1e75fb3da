using FsCheck;
using FsCheck.Fluent;
using Nullius.Gateway.Live;

namespace Nullius.Gateway.Tests.Live;

public class WebSocketFramesTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(125, false)]
    [InlineData(126, true)]
    [InlineData(65535, false)]
    [InlineData(65536, true)]
    public void A_boundary_is_where_a_frame_ends_and_nowhere_else(int length, bool masked)
    {
        var bytes = Frame(2, length, masked);
        var frames = default(WebSocketFrames);
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.Equal(i == 0, frames.AtBoundary);
            frames.Follow(bytes.AsSpan(i, 1));
        }

        Assert.True(frames.AtBoundary);
        Assert.False(frames.SawClose);
    }

    [Fact]
    public void Cutting_the_bytes_elsewhere_changes_nothing() => Prop.ForAll(
        Gen.Choose(0, 300).ListOf().ToArbitrary(), Gen.Choose(1, 50).NonEmptyListOf().ToArbitrary(), (lengths, cuts) =>
        {
            var bytes = lengths.SelectMany((length, index) => Frame(1, length, index % 2 == 0)).ToArray();
            var whole = default(WebSocketFrames);
            whole.Follow(bytes);
            var piecewise = default(WebSocketFrames);
            for (int at = 0, cut = 0; at < bytes.Length; cut++)
            {
                var count = Math.Min(cuts[cut % cuts.Count], bytes.Length - at);
                piecewise.Follow(bytes.AsSpan(at, count));
                at += count;
            }

            return whole.AtBoundary && piecewise.AtBoundary;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_close_frame_of_ours_is_one_frame_with_status_1008(bool toServer)
    {
        var close = WebSocketFrames.Close("access ended"u8, toServer);
        var frames = default(WebSocketFrames);
        frames.Follow(close);
        Assert.True(frames.AtBoundary);
        Assert.True(frames.SawClose);
        Assert.Equal(toServer, (close[1] & 0x80) != 0);
        Assert.Equal(1008, (close[toServer ? 6 : 2] << 8) | close[toServer ? 7 : 3]);
    }

    private static byte[] Frame(int opcode, int length, bool masked)
    {
        var frame = new List<byte> { (byte)(0x80 | opcode) };
        var mask = masked ? 0x80 : 0;
        if (length < 126)
            frame.Add((byte)(mask | length));
        else if (length < 65536)
            frame.AddRange([(byte)(mask | 126), (byte)(length >> 8), (byte)length]);
        else
            frame.AddRange([(byte)(mask | 127), 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
        if (masked)
            frame.AddRange([1, 2, 3, 4]);
        frame.AddRange(new byte[length]);
        return [.. frame];
    }
}

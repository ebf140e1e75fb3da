using System.Buffers;
using System.Text.Json;

namespace Nullius.Gateway.Recording;

/// <summary>A reusable buffer with its JSON writer: records are written without allocation.</summary>
internal sealed class RecordBuffer : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new(2048);
    private Utf8JsonWriter? _writer;

    /// <summary>An empty buffer's writer.</summary>
    public Utf8JsonWriter Begin()
    {
        _bytes.ResetWrittenCount();
        if (_writer is null)
            _writer = new Utf8JsonWriter(_bytes, new JsonWriterOptions { SkipValidation = true });
        else
            _writer.Reset(_bytes);
        return _writer;
    }

    public ReadOnlySpan<byte> End()
    {
        _writer!.Flush();
        return _bytes.WrittenSpan;
    }

    public void Dispose() => _writer?.Dispose();
}

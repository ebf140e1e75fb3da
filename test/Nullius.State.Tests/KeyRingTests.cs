using System.Security.Cryptography;
using System.Text;
using Nullius.State.Keys;
using Nullius.State.Schema;
using Xunit;

namespace Nullius.State.Tests;

public sealed class KeyRingTests : IDisposable
{
    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    private KeyRing Open() => KeyRing.Open(_data.Directory, RandomSource.System);

    [Fact]
    public void A_wrapped_secret_comes_back_also_after_a_restart()
    {
        var blob = Open().Wrap("seed"u8, "totp");
        Assert.Equal("seed", Encoding.UTF8.GetString(Open().Unwrap(blob, "totp")));
    }

    [Fact]
    public void The_same_secret_never_gives_the_same_blob()
    {
        var ring = Open();
        Assert.NotEqual(ring.Wrap("seed"u8, "totp"), ring.Wrap("seed"u8, "totp"));
    }

    [Fact]
    public void A_blob_of_another_purpose_is_refused()
    {
        var ring = Open();
        var blob = ring.Wrap("seed"u8, "totp");
        Assert.ThrowsAny<CryptographicException>(() => ring.Unwrap(blob, "ca"));
    }

    [Fact]
    public void A_flip_of_any_bit_of_a_blob_is_refused()
    {
        var ring = Open();
        var blob = ring.Wrap("seed"u8, "totp");
        for (var bit = 0; bit < blob.Length * 8; bit++)
        {
            var altered = (byte[])blob.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.ThrowsAny<CryptographicException>(() => ring.Unwrap(altered, "totp"));
        }
    }

    [Fact]
    public void A_blob_cut_short_anywhere_is_refused()
    {
        var ring = Open();
        var blob = ring.Wrap("seed"u8, "totp");
        for (var length = 0; length < blob.Length; length++)
            Assert.ThrowsAny<CryptographicException>(() => ring.Unwrap(blob.AsSpan(0, length), "totp"));
    }

    [Fact]
    public void After_rotation_the_new_key_wraps_and_the_old_blobs_still_open()
    {
        var ring = Open();
        var old = ring.Wrap("seed"u8, "totp");
        var before = ring.CurrentKeyId;
        var after = ring.Rotate();

        Assert.NotEqual(before, after);
        Assert.True(ring.IsStale(old));
        var reopened = Open();
        Assert.Equal(after, reopened.CurrentKeyId);
        Assert.Equal("seed", Encoding.UTF8.GetString(reopened.Unwrap(old, "totp")));
        Assert.False(reopened.IsStale(reopened.Rewrap(old, "totp")));
    }

    [Fact]
    public void A_retired_key_no_longer_opens_its_blobs_and_the_newest_cannot_be_retired()
    {
        var ring = Open();
        var old = ring.Wrap("seed"u8, "totp");
        var first = ring.CurrentKeyId;
        ring.Rotate();
        ring.Retire(first);
        Assert.ThrowsAny<CryptographicException>(() => Open().Unwrap(old, "totp"));
        Assert.Throws<ArgumentException>(() => ring.Retire(ring.CurrentKeyId));
    }

    [Fact]
    public void Derived_keys_differ_by_purpose_and_survive_a_restart()
    {
        var ring = Open();
        Assert.NotEqual(ring.Derive("a"), ring.Derive("b"));
        Assert.Equal(ring.Derive("a"), Open().Derive("a"));
        Assert.Equal(48, ring.Derive("a", 48).Length);
    }

    [Fact]
    public void Keys_derived_before_a_rotation_stay_available_for_verification()
    {
        var ring = Open();
        var before = ring.Derive("handoff");
        ring.Rotate();
        Assert.NotEqual(before, ring.Derive("handoff"));
        Assert.Contains(ring.DeriveAll("handoff"), key => key.AsSpan().SequenceEqual(before));
    }

    [Fact]
    public void The_key_file_is_owner_only_and_refused_when_others_may_read_it()
    {
        Open();
        Assert.Equal(DataDirectory.OwnerOnlyFile, File.GetUnixFileMode(_data.Directory.KeyEncryptionKey));
        File.SetUnixFileMode(_data.Directory.KeyEncryptionKey, DataDirectory.OwnerOnlyFile | UnixFileMode.GroupRead);
        var fault = Assert.Throws<DataDirectoryException>(() => Open());
        Assert.Contains("chmod 600", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_key_file_is_named_by_line_without_showing_key_material()
    {
        Open();
        var text = File.ReadAllLines(_data.Directory.KeyEncryptionKey);
        File.WriteAllText(_data.Directory.KeyEncryptionKey, text[0] + "\n" + text[1][..^6] + "\n");
        var fault = Assert.Throws<DataDirectoryException>(() => Open());
        Assert.Contains($"{_data.Directory.KeyEncryptionKey}:2", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(text[1][12..30], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_key_beside_an_existing_store_is_refused_not_replaced()
    {
        using (Store.Open(_data.Directory, [], TimeProvider.System))
            File.Delete(_data.Directory.KeyEncryptionKey);
        var fault = Assert.Throws<DataDirectoryException>(() => Open());
        Assert.Contains("restore the key from backup", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_data.Directory.KeyEncryptionKey));
    }
}

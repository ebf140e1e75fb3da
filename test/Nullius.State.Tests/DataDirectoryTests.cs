using Xunit;

namespace Nullius.State.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_new_directory_is_owner_only()
    {
        _data.Directory.Prepare();
        Assert.Equal(DataDirectory.OwnerOnlyFolder, File.GetUnixFileMode(_data.Directory.Root));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherExecute)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_directory_that_others_may_enter_is_refused_with_the_remedy(UnixFileMode open)
    {
        Directory.CreateDirectory(_data.Directory.Root, DataDirectory.OwnerOnlyFolder | open);
        File.SetUnixFileMode(_data.Directory.Root, DataDirectory.OwnerOnlyFolder | open);
        var fault = Assert.Throws<DataDirectoryException>(_data.Directory.Prepare);
        Assert.Contains($"chmod 700 {_data.Directory.Root}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_place_of_the_directory_is_refused()
    {
        File.WriteAllText(_data.Directory.Root, "x");
        Assert.Throws<DataDirectoryException>(_data.Directory.Prepare);
    }

    [Fact]
    public void A_second_instance_is_refused_and_told_which_process_holds_it()
    {
        using var held = _data.Directory.Lock();
        var fault = Assert.Throws<DataDirectoryException>(() => new DataDirectory(_data.Directory.Root).Lock());
        Assert.Contains($"process {Environment.ProcessId}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_released_lock_can_be_taken_again()
    {
        _data.Directory.Lock().Dispose();
        using var again = _data.Directory.Lock();
        Assert.Equal(DataDirectory.OwnerOnlyFile, File.GetUnixFileMode(Path.Combine(_data.Directory.Root, "instance.lock")));
    }
}

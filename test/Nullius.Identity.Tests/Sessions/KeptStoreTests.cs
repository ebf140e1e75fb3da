using System.Text;
using Nullius.Identity.Sessions;
using Nullius.Identity.Tests.People;

namespace Nullius.Identity.Tests.Sessions;

public sealed class KeptStoreTests : IDisposable
{
    private readonly World _world = new();

    private KeptStore Kept => _world.Get<KeptStore>();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task What_is_kept_survives_a_restart_until_its_time_and_is_unreadable_in_the_file()
    {
        await Kept.PutAsync("sign-in", "k", "p_1", Encoding.UTF8.GetBytes("a recovery code"), _world.Time.Now.AddMinutes(10), 10, default);
        _world.Restart();
        Assert.Equal("a recovery code", Encoding.UTF8.GetString((await Kept.ReadAsync("sign-in", "k", default))!));
        Assert.Null(await Kept.ReadAsync("token request", "k", default));
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(_world.Data.Database)!, "state.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain("a recovery code", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        _world.Time.Move(TimeSpan.FromMinutes(10));
        Assert.Null(await Kept.ReadAsync("sign-in", "k", default));
    }

    [Fact]
    public async Task The_oldest_of_a_subject_give_way()
    {
        for (var i = 0; i < 5; i++)
            await Kept.PutAsync("token request", $"k{i}", "dev-1", [1], _world.Time.Now.AddMinutes(i + 1), 3, default);
        await Kept.PutAsync("token request", "other", "dev-2", [1], _world.Time.Now.AddMinutes(1), 3, default);
        Assert.Equal(["k4", "k3", "k2"], (await Kept.ReadAllAsync("token request", "dev-1", default)).Select(row => row.Key));
        Assert.Equal(4, await Kept.CountAsync("token request", default));
    }

    [Fact]
    public async Task Of_many_who_take_one_thing_out_at_once_one_gets_it()
    {
        await Kept.PutAsync("token request", "k", "dev-1", [1], _world.Time.Now.AddMinutes(1), 3, default);
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Kept.RemoveAsync("token request", "k", default)));
        Assert.Single(taken, true);
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Kept.TryAddAsync("passkey answer", "k", _world.Time.Now.AddMinutes(1), default)));
        Assert.Single(added, true);
    }

    [Fact]
    public async Task Of_two_changes_at_once_neither_is_lost()
    {
        await Kept.PutAsync("n", "k", "", [0], _world.Time.Now.AddMinutes(1), 1, default);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Kept.ChangeAsync("n", "k", value => [(byte)(value[0] + 1)], default)));
        Assert.Equal([20], (await Kept.ReadAsync("n", "k", default))!);
        Assert.False(await Kept.ChangeAsync("n", "absent", value => value, default));
    }
}

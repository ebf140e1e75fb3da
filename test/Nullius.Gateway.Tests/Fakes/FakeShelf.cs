using System.Collections.Concurrent;

namespace Nullius.Gateway.Tests.Fakes;

/// <summary>A shelf that outlasts every gate.</summary>
internal sealed class FakeShelf : IFormShelf
{
    public ConcurrentDictionary<string, byte[]> Forms { get; } = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<(string Id, byte[] Form)>> ReadAllAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<(string, byte[])>>([.. Forms.Select(one => (one.Key, one.Value))]);

    public Task PutAsync(string id, byte[] form, DateTimeOffset until, CancellationToken cancellation)
    {
        Forms[id] = form;
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string id, CancellationToken cancellation)
    {
        Forms.TryRemove(id, out _);
        return Task.CompletedTask;
    }
}

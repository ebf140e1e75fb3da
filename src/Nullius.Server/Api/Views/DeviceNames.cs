using System.Collections.Concurrent;
using Nullius.Identity.Devices;

namespace Nullius.Server.Api.Views;

/// <summary>
/// Names of devices for lists that are made without waiting: a name that is not known yet is read aside, and the id stands
/// for it meanwhile. Bounded; a renamed device shows its new name within a minute.
/// </summary>
internal sealed class DeviceNames(DeviceInventory inventory, TimeProvider time)
{
    private const int Most = 50_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (string Name, long At)> _names = new(StringComparer.Ordinal);
    private int _reading;

    public string Of(string id)
    {
        var known = _names.TryGetValue(id, out var found);
        if (!known || time.GetElapsedTime(found.At) > Fresh)
            _ = ReadAsync();
        return known ? found.Name : id;
    }

    private async Task ReadAsync()
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
            return;
        try
        {
            await Task.Yield();
            var devices = await inventory.ListAsync(CancellationToken.None);
            if (_names.Count > Most)
                _names.Clear();
            foreach (var device in devices)
                _names[device.Id] = (device.Name, time.GetTimestamp());
        }
        catch (Exception fault) when (State.StoreUnavailableException.From(fault) is not null)
        {
            // The store is away: ids stand for names until it is back.
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}

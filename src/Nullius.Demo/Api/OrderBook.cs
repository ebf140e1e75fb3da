using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Nullius.Demo.Api;

internal sealed record Order(long Id, string Item, int Quantity, string Status, string PlacedBy, DateTimeOffset PlacedAt);

/// <param name="Kind"><c>placed</c>, <c>changed</c>, <c>deleted</c>, or <c>tick</c> when nothing happened for a while.</param>
internal sealed record OrderEvent(long Sequence, string Kind, Order? Order, DateTimeOffset At);

/// <summary>Orders in memory, bounded, and who follows them. Thread-safe.</summary>
internal sealed class OrderBook
{
    public const int MostOrders = 1000;
    private const int MostFollowers = 4096;
    private const int MostWaiting = 64;

    private readonly Lock _change = new();
    private readonly SortedDictionary<long, Order> _orders = [];
    private readonly ConcurrentDictionary<Channel<OrderEvent>, byte> _followers = new();
    private readonly TimeProvider _time;
    private long _next = 1;
    private long _sequence;

    public OrderBook(TimeProvider time)
    {
        _time = time;
        foreach (var (item, quantity, by) in ((string, int, string)[])[("Quadrant, brass", 2, "alice"), ("Vacuum pump", 1, "bob"), ("Microscope, two lenses", 4, "carol")])
            Place(item, quantity, by);
    }

    public IReadOnlyList<Order> All()
    {
        lock (_change)
            return [.. _orders.Values];
    }

    public Order? Find(long id)
    {
        lock (_change)
            return _orders.GetValueOrDefault(id);
    }

    /// <summary>Null when the book is full.</summary>
    public Order? Place(string item, int quantity, string by)
    {
        lock (_change)
        {
            if (_orders.Count >= MostOrders)
                return null;
            var order = new Order(_next++, item, quantity, "open", by, _time.GetUtcNow());
            _orders.Add(order.Id, order);
            Tell("placed", order);
            return order;
        }
    }

    public Order? Change(long id, int? quantity, string? status)
    {
        lock (_change)
        {
            if (!_orders.TryGetValue(id, out var order))
                return null;
            _orders[id] = order = order with { Quantity = quantity ?? order.Quantity, Status = status ?? order.Status };
            Tell("changed", order);
            return order;
        }
    }

    public bool Delete(long id)
    {
        lock (_change)
        {
            if (!_orders.Remove(id, out var order))
                return false;
            Tell("deleted", order);
            return true;
        }
    }

    /// <summary>Events from now on, with a tick when <paramref name="quiet"/> passes without one. A slow follower loses the oldest.</summary>
    public async IAsyncEnumerable<OrderEvent> FollowAsync(TimeSpan quiet, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (_followers.Count >= MostFollowers)
            yield break;
        var channel = Channel.CreateBounded<OrderEvent>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _followers.TryAdd(channel, 0);
        try
        {
            yield return Tick();
            while (true)
            {
                // A tick goes the same way as an event, so that one wait serves both.
                using (_time.CreateTimer(_ => channel.Writer.TryWrite(Tick()), null, quiet, Timeout.InfiniteTimeSpan))
                    await channel.Reader.WaitToReadAsync(cancellation);
                while (channel.Reader.TryRead(out var happened))
                    yield return happened;
            }
        }
        finally
        {
            _followers.TryRemove(channel, out _);
        }
    }

    private OrderEvent Tick() => new(Interlocked.Read(ref _sequence), "tick", null, _time.GetUtcNow());

    private void Tell(string kind, Order order)
    {
        var happened = new OrderEvent(Interlocked.Increment(ref _sequence), kind, order, _time.GetUtcNow());
        foreach (var follower in _followers.Keys)
            follower.Writer.TryWrite(happened);
    }
}

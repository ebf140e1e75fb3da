namespace Nullius.Gateway.Live;

/// <summary>Which of its three sets a link belongs to.</summary>
internal enum LiveIndex
{
    Session,
    Device,
    Route,
}

/// <summary>
/// The live connections of one session, device or route: an intrusive list, so that joining and leaving allocate nothing
/// and hold the lock for a few pointer writes. Lives as long as the entry that owns it.
/// </summary>
internal sealed class LiveSet(LiveIndex index)
{
    private readonly Lock _lock = new();
    private LiveConnection? _first;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(LiveConnection connection)
    {
        ref var link = ref connection.Link(index);
        lock (_lock)
        {
            link.Next = _first;
            link.Previous = null;
            if (_first is not null)
                _first.Link(index).Previous = connection;
            _first = connection;
            _count++;
        }
    }

    public void Remove(LiveConnection connection)
    {
        ref var link = ref connection.Link(index);
        lock (_lock)
        {
            if (link.Previous is null)
                _first = link.Next;
            else
                link.Previous.Link(index).Next = link.Next;
            if (link.Next is not null)
                link.Next.Link(index).Previous = link.Previous;
            link = default;
            _count--;
        }
    }

    /// <summary>A member whose request has a reference, as far as can be seen from outside its lock; null when there is none.</summary>
    public LiveConnection? Find(string reference)
    {
        lock (_lock)
        {
            var connection = _first;
            while (connection is not null && connection.Request.Reference != reference)
                connection = connection.Link(index).Next;
            return connection;
        }
    }

    /// <summary>Adds the members to a list; newest first.</summary>
    public void CopyTo(ICollection<LiveConnection> target)
    {
        lock (_lock)
        {
            for (var connection = _first; connection is not null; connection = connection.Link(index).Next)
                target.Add(connection);
        }
    }
}

/// <summary>A connection's place in one <see cref="LiveSet"/>.</summary>
internal struct LiveLink
{
    public LiveConnection? Previous;
    public LiveConnection? Next;
}

namespace Nullius.Server.Api;

/// <summary>One page of a list.</summary>
/// <param name="Items">The entries, in the order of the list.</param>
/// <param name="Total">How many entries match in all.</param>
/// <param name="Next">Pass as <c>after</c> for the next page; null on the last one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, int Total, string? Next)
{
    public static Page<T> Of(IReadOnlyList<T> matches, int offset, int limit)
    {
        var items = matches.Skip(offset).Take(limit).ToArray();
        var end = offset + items.Length;
        return new Page<T>(items, matches.Count, end < matches.Count ? end.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
    }
}

/// <summary>A bounded place in a list, as read from <c>after</c> and <c>limit</c>.</summary>
internal readonly record struct PageRequest(int Offset, int Limit)
{
    public const int Most = 500;

    /// <summary>Null when <paramref name="after"/> is not a place that this API gave out.</summary>
    public static PageRequest? From(string? after, int? limit)
    {
        var offset = 0;
        if (after is not null && !int.TryParse(after, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out offset))
            return null;
        return new PageRequest(offset, Math.Clamp(limit ?? 100, 1, Most));
    }
}

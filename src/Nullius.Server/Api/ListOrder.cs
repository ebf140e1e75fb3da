namespace Nullius.Server.Api;

/// <summary>The order of a list, as read from <c>sort</c>: the name of a column, with <c>-</c> before it for the greatest first.</summary>
internal readonly record struct ListOrder(string Column, bool Descending)
{
    /// <summary>Null when <paramref name="sort"/> names none of <paramref name="columns"/>; the first of them when it is empty.</summary>
    public static ListOrder? From(string? sort, params ReadOnlySpan<string> columns)
    {
        if (string.IsNullOrEmpty(sort))
            return new ListOrder(columns[0], false);
        var descending = sort[0] == '-';
        foreach (var column in columns)
        {
            if (sort.AsSpan(descending ? 1 : 0).SequenceEqual(column))
                return new ListOrder(column, descending);
        }

        return null;
    }

    /// <summary>Sorted by a key; what is equal keeps the order that it has.</summary>
    public IEnumerable<T> Apply<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, IComparer<TKey>? comparer = null) =>
        Descending ? items.OrderByDescending(key, comparer) : items.OrderBy(key, comparer);

    /// <summary>The answer to a column that the list does not have.</summary>
    public static string Fault(params ReadOnlySpan<string> columns) => $"`sort` names no column of this list; expected one of `{string.Join("`, `", columns)}`, or `-` before it for the greatest first.";
}

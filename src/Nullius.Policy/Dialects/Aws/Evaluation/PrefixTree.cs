namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>A node of a radix tree: everything filed here concerns texts that begin with, or are exactly, the path to it.</summary>
internal sealed class PrefixNode<T>
    where T : class
{
    private char[] _firsts = [];
    private PrefixNode<T>[] _children = [];

    private PrefixNode(string label) => Label = label;

    internal static PrefixNode<T> Root() => new("");

    /// <summary>The characters between the parent and this node.</summary>
    internal string Label { get; private set; }

    /// <summary>Filed for texts that end here.</summary>
    internal T? Exact { get; set; }

    /// <summary>Filed for texts that begin here.</summary>
    internal T? Prefix { get; set; }

    internal PrefixNode<T>? Child(char first)
    {
        var index = _firsts.Length <= 4 ? _firsts.AsSpan().IndexOf(first) : Array.BinarySearch(_firsts, first);
        return index < 0 ? null : _children[index];
    }

    /// <summary>The child whose label stands in <paramref name="text"/> at <paramref name="position"/>.</summary>
    internal PrefixNode<T>? Next(ReadOnlySpan<char> text, int position)
    {
        if (position >= text.Length)
            return null;
        var child = Child(text[position]);
        return child is not null && text[position..].StartsWith(child.Label) ? child : null;
    }

    /// <summary>Everything that is filed, from here on.</summary>
    internal IEnumerable<T> All() =>
        new[] { Exact, Prefix }.OfType<T>().Concat(_children.SelectMany(child => child.All()));

    /// <summary>The same tree with something else filed for texts that begin with <paramref name="path"/>; what does not lead there is shared.</summary>
    internal PrefixNode<T> With(ReadOnlySpan<char> path, Func<T?, T?> change)
    {
        var copy = new PrefixNode<T>(Label) { _firsts = _firsts, _children = _children, Exact = Exact, Prefix = Prefix };
        if (path.IsEmpty)
        {
            copy.Prefix = change(Prefix);
            return copy;
        }
        var index = Array.BinarySearch(_firsts, path[0]);
        if (index < 0)
        {
            copy.Attach(new PrefixNode<T>(path.ToString()) { Prefix = change(null) });
            return copy;
        }
        var child = _children[index];
        var common = path.CommonPrefixLength(child.Label);
        if (common < child.Label.Length)
        {
            var lower = new PrefixNode<T>(child.Label[common..]) { _firsts = child._firsts, _children = child._children, Exact = child.Exact, Prefix = child.Prefix };
            child = new PrefixNode<T>(child.Label[..common]);
            child.Attach(lower);
        }
        copy._children = [.. _children];
        copy._children[index] = child.With(path[common..], change);
        return copy;
    }

    /// <summary>The node of exactly that path, made where it is missing.</summary>
    internal PrefixNode<T> Reach(ReadOnlySpan<char> path)
    {
        var node = this;
        while (!path.IsEmpty)
        {
            var child = node.Child(path[0]);
            if (child is null)
            {
                child = new PrefixNode<T>(path.ToString());
                node.Attach(child);
                return child;
            }
            var common = path.CommonPrefixLength(child.Label);
            if (common < child.Label.Length)
                child = node.Split(child, common);
            path = path[common..];
            node = child;
        }
        return node;
    }

    private void Attach(PrefixNode<T> child)
    {
        var index = ~Array.BinarySearch(_firsts, child.Label[0]);
        _firsts = [.. _firsts[..index], child.Label[0], .. _firsts[index..]];
        _children = [.. _children[..index], child, .. _children[index..]];
    }

    private PrefixNode<T> Split(PrefixNode<T> child, int at)
    {
        var middle = new PrefixNode<T>(child.Label[..at]);
        _children[Array.BinarySearch(_firsts, child.Label[0])] = middle;
        child.Label = child.Label[at..];
        middle.Attach(child);
        return middle;
    }
}

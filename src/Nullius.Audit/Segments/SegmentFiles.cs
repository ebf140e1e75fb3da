using System.Globalization;

namespace Nullius.Audit.Segments;

/// <summary>Names of the files in a node's folder.</summary>
internal static class SegmentFiles
{
    public const string Heads = "heads.jsonl";
    public const string Keys = "keys.json";
    public const string Reserve = "reserve";
    public const string Tip = "00000000.tip";
    public const string Tree = "tree";
    public const string WriterLock = "writer.lock";

    public static string Name(int index) => index.ToString("D8", CultureInfo.InvariantCulture) + ".jsonl";

    public static string PathOf(string folder, int index) => Path.Combine(folder, Name(index));

    /// <summary>The segments' indexes in order.</summary>
    public static List<int> Indexes(string folder)
    {
        var indexes = new List<int>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.jsonl"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (name.Length == 8 && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                indexes.Add(index);
        }

        indexes.Sort();
        return indexes;
    }

    /// <summary>Whether a node id is usable as a folder name: letters, digits, <c>-</c>, <c>_</c>, at most 64.</summary>
    public static bool IsNodeId(string id) =>
        id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

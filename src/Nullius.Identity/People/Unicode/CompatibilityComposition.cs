using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Nullius.Identity.People.Unicode;

/// <summary>
/// Normalization Form KC (Unicode Standard, section 3.11, and Annex 15) over tables of our own: the process runs without the system's
/// libraries for languages, where the platform's normalization leaves every text as it is.
/// </summary>
internal static class CompatibilityComposition
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    private static readonly Lazy<Tables> Loaded = new(Load);

    public static string Of(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var tables = Loaded.Value;
        var runes = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, tables, runes);
        Order(runes, tables);
        Compose(runes, tables);
        var composed = new StringBuilder(text.Length);
        foreach (var rune in runes)
            composed.Append(new Rune(rune).ToString());
        return composed.ToString();
    }

    private static void Decompose(int rune, Tables tables, List<int> into)
    {
        var syllable = rune - SyllableBase;
        if (syllable is >= 0 and < Syllables)
        {
            into.Add(LeadBase + (syllable / (Vowels * Tails)));
            into.Add(VowelBase + (syllable % (Vowels * Tails) / Tails));
            if (syllable % Tails != 0)
                into.Add(TailBase + (syllable % Tails));
        }
        else if (tables.Decompositions.TryGetValue(rune, out var parts))
        {
            into.AddRange(parts);
        }
        else
        {
            into.Add(rune);
        }
    }

    // Marks stand in the order of their classes, those of one class in the order in which they were typed.
    private static void Order(List<int> runes, Tables tables)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            var end = start;
            while (end < runes.Count && tables.ClassOf(runes[end]) != 0)
                end++;
            if (end - start < 2)
                continue;
            var marks = runes.GetRange(start, end - start).OrderBy(tables.ClassOf).ToList();
            runes.RemoveRange(start, marks.Count);
            runes.InsertRange(start, marks);
            start = end - 1;
        }
    }

    private static void Compose(List<int> runes, Tables tables)
    {
        var (starter, last) = (-1, 0);
        var kept = 0;
        for (var i = 0; i < runes.Count; i++)
        {
            var rune = runes[i];
            var order = tables.ClassOf(rune);
            // A mark reaches the letter before it unless one of its own class, or a letter, stands between.
            var reaches = starter >= 0 && (kept - 1 == starter || (last != 0 && last < order));
            if (reaches && Pair(runes[starter], rune, tables) is { } composite)
            {
                runes[starter] = composite;
                continue;
            }

            runes[kept] = rune;
            (starter, last) = order == 0 ? (kept, 0) : (starter, order);
            kept++;
        }

        runes.RemoveRange(kept, runes.Count - kept);
    }

    private static int? Pair(int first, int second, Tables tables)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
            return SyllableBase + (((lead * Vowels) + vowel) * Tails);
        if (first - SyllableBase is >= 0 and < Syllables and var syllable && syllable % Tails == 0 && second - TailBase is > 0 and < Tails and var tail)
            return first + tail;
        return tables.Composites.TryGetValue((first, second), out var composite) ? composite : null;
    }

    private static Tables Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("unicode-forms.txt")
            ?? throw new InvalidOperationException("the Unicode tables are not in the assembly");
        using var reader = new StreamReader(stream);
        var (decompositions, classes, composites) = (new Dictionary<int, int[]>(), new Dictionary<int, int>(), new Dictionary<(int, int), int>());
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words[0] == "k")
                decompositions[Hex(words[1])] = [.. words.Skip(2).Select(Hex)];
            else if (words[0] == "c")
                classes[Hex(words[1])] = int.Parse(words[2], CultureInfo.InvariantCulture);
            else if (words[0] == "p")
                composites[(Hex(words[1]), Hex(words[2]))] = Hex(words[3]);
        }

        return new Tables(decompositions.ToFrozenDictionary(), classes.ToFrozenDictionary(), composites.ToFrozenDictionary());
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed record Tables(FrozenDictionary<int, int[]> Decompositions, FrozenDictionary<int, int> Classes, FrozenDictionary<(int First, int Second), int> Composites)
    {
        public int ClassOf(int rune) => Classes.GetValueOrDefault(rune);
    }
}

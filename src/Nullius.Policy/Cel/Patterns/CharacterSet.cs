using System.Globalization;
using System.Text;

namespace Nullius.Policy.Cel.Patterns;

/// <summary>Code points that one position of a pattern accepts.</summary>
internal sealed class CharacterSet
{
    private readonly List<(int Low, int High)> _ranges = [];
    private readonly List<(uint Categories, bool IsNegated)> _categories = [];

    internal bool IsNegated { get; set; }

    /// <summary>Letters match without case.</summary>
    internal bool Folds { get; init; }

    internal void Add(int low, int high) => _ranges.Add((low, high));

    internal void AddCategories(uint categories, bool negated) => _categories.Add((categories, negated));

    /// <summary>The ASCII classes of Perl's letters, or what is outside them.</summary>
    internal void AddRanges(ReadOnlySpan<int> pairs, bool negated)
    {
        var next = 0;
        for (var i = 0; i < pairs.Length; i += 2)
        {
            if (!negated)
                Add(pairs[i], pairs[i + 1]);
            else if (pairs[i] > next)
                Add(next, pairs[i] - 1);
            next = pairs[i + 1] + 1;
        }
        if (negated)
            Add(next, 0x10FFFF);
    }

    internal bool Contains(Rune rune)
    {
        var contained = Holds(rune);
        if (!contained && Folds)
        {
            var upper = Rune.ToUpperInvariant(rune);
            contained = Holds(Rune.ToLowerInvariant(rune)) || Holds(upper) || Holds(Rune.ToLowerInvariant(upper));
        }
        return contained != IsNegated;
    }

    private bool Holds(Rune rune)
    {
        foreach (var (low, high) in _ranges)
        {
            if (rune.Value >= low && rune.Value <= high)
                return true;
        }
        foreach (var (categories, negated) in _categories)
        {
            if (((categories >> (int)Rune.GetUnicodeCategory(rune)) & 1) != 0 != negated)
                return true;
        }
        return false;
    }

    /// <summary>The general categories that a name like <c>L</c> or <c>Lu</c> stands for; 0 when there is no such name.</summary>
    internal static uint CategoriesOf(string name) => name switch
    {
        "Any" => uint.MaxValue,
        "L" => CategoriesOf("Lu") | CategoriesOf("Ll") | CategoriesOf("Lt") | CategoriesOf("Lm") | CategoriesOf("Lo"),
        "M" => CategoriesOf("Mn") | CategoriesOf("Mc") | CategoriesOf("Me"),
        "N" => CategoriesOf("Nd") | CategoriesOf("Nl") | CategoriesOf("No"),
        "P" => CategoriesOf("Pc") | CategoriesOf("Pd") | CategoriesOf("Ps") | CategoriesOf("Pe") | CategoriesOf("Pi") | CategoriesOf("Pf") | CategoriesOf("Po"),
        "S" => CategoriesOf("Sm") | CategoriesOf("Sc") | CategoriesOf("Sk") | CategoriesOf("So"),
        "Z" => CategoriesOf("Zs") | CategoriesOf("Zl") | CategoriesOf("Zp"),
        "C" => CategoriesOf("Cc") | CategoriesOf("Cf") | CategoriesOf("Cs") | CategoriesOf("Co"),
        "Lu" => Bit(UnicodeCategory.UppercaseLetter),
        "Ll" => Bit(UnicodeCategory.LowercaseLetter),
        "Lt" => Bit(UnicodeCategory.TitlecaseLetter),
        "Lm" => Bit(UnicodeCategory.ModifierLetter),
        "Lo" => Bit(UnicodeCategory.OtherLetter),
        "Mn" => Bit(UnicodeCategory.NonSpacingMark),
        "Mc" => Bit(UnicodeCategory.SpacingCombiningMark),
        "Me" => Bit(UnicodeCategory.EnclosingMark),
        "Nd" => Bit(UnicodeCategory.DecimalDigitNumber),
        "Nl" => Bit(UnicodeCategory.LetterNumber),
        "No" => Bit(UnicodeCategory.OtherNumber),
        "Pc" => Bit(UnicodeCategory.ConnectorPunctuation),
        "Pd" => Bit(UnicodeCategory.DashPunctuation),
        "Ps" => Bit(UnicodeCategory.OpenPunctuation),
        "Pe" => Bit(UnicodeCategory.ClosePunctuation),
        "Pi" => Bit(UnicodeCategory.InitialQuotePunctuation),
        "Pf" => Bit(UnicodeCategory.FinalQuotePunctuation),
        "Po" => Bit(UnicodeCategory.OtherPunctuation),
        "Sm" => Bit(UnicodeCategory.MathSymbol),
        "Sc" => Bit(UnicodeCategory.CurrencySymbol),
        "Sk" => Bit(UnicodeCategory.ModifierSymbol),
        "So" => Bit(UnicodeCategory.OtherSymbol),
        "Zs" => Bit(UnicodeCategory.SpaceSeparator),
        "Zl" => Bit(UnicodeCategory.LineSeparator),
        "Zp" => Bit(UnicodeCategory.ParagraphSeparator),
        "Cc" => Bit(UnicodeCategory.Control),
        "Cf" => Bit(UnicodeCategory.Format),
        "Cs" => Bit(UnicodeCategory.Surrogate),
        "Co" => Bit(UnicodeCategory.PrivateUse),
        _ => 0,
    };

    private static uint Bit(UnicodeCategory category) => 1u << (int)category;
}

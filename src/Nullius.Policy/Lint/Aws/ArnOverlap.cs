using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Whether any ARN at all is of a resource type's form and matches what a policy wrote.</summary>
internal static class ArnOverlap
{
    /// <summary>Any text without a slash: the name of a bucket.</summary>
    private const char Name = '\uFDD0';

    // Services of whose resources the provider owns some itself: their ARNs name no account.
    private static readonly string[] s_provided = ["ssm", "resource-explorer-2", "partnercentral", "elasticbeanstalk", "imagebuilder", "servicecatalog"];

    private const int Segments = 6;
    private const int MaxLength = 2048;

    internal static bool Overlaps(string pattern, ArnForm form)
    {
        if (pattern.Length > MaxLength)
            return true;
        var written = Split(Written(pattern));
        var formed = Split(Formed(form));
        if (written.Length < Segments)
            return Overlap(string.Join(':', written) + Glob.Star, string.Join(':', formed));
        if (written[4].Length == 0 && s_provided.Contains(formed[2], StringComparer.Ordinal))
            formed[4] = "";
        return written.Zip(formed).All(p => Overlap(p.First, p.Second));
    }

    /// <summary>Wildcards marked; a variable may be anything.</summary>
    private static string Written(string pattern)
    {
        var text = new System.Text.StringBuilder(pattern.Length);
        for (var i = 0; i < pattern.Length; i++)
        {
            var end = pattern[i] == '$' && i + 1 < pattern.Length && pattern[i + 1] == '{' ? pattern.IndexOf('}', i) : -1;
            if (end > 0)
            {
                text.Append(end == i + 3 ? pattern[i + 2] : Glob.Star);
                i = end;
                continue;
            }
            text.Append(pattern[i] switch { '*' => Glob.Star, '?' => Glob.One, var c => c });
        }
        return text.ToString();
    }

    private static string Formed(ArnForm form)
    {
        var text = new System.Text.StringBuilder(64);
        foreach (var (literal, variable) in form.Parts)
        {
            text.Append(literal.Replace('*', Glob.Star));
            // Region and account are there, other names may be the empty rest of a path.
            if (variable is "Region" or "Account")
                text.Append(Glob.One);
            if (variable is not null)
                text.Append(variable == "BucketName" ? Name : Glob.Star);
        }
        return text.ToString();
    }

    private static string[] Split(string text) => text.Split(':', Segments);

    private static bool Overlap(string a, string b)
    {
        // can[j]: whether the rests of both from here on have a text in common.
        var can = new bool[b.Length + 1];
        var below = new bool[b.Length + 1];
        for (var i = a.Length; i >= 0; i--)
        {
            (can, below) = (below, can);
            for (var j = b.Length; j >= 0; j--)
                can[j] = Step(a, b, i, j, can, below);
        }
        return can[0];
    }

    private static bool Step(string a, string b, int i, int j, bool[] can, bool[] below)
    {
        if (i == a.Length && j == b.Length)
            return true;
        if (i < a.Length && IsMany(a[i]))
            return below[j] || (j < b.Length && Takes(a[i], b[j]) && can[j + 1]) || (j < b.Length && IsMany(b[j]) && can[j + 1]);
        if (j < b.Length && IsMany(b[j]))
            return can[j + 1] || (i < a.Length && Takes(b[j], a[i]) && below[j]);
        return i < a.Length && j < b.Length && (a[i] == Glob.One || b[j] == Glob.One || a[i] == b[j]) && below[j + 1];
    }

    private static bool IsMany(char c) => c is Glob.Star or Name;

    private static bool Takes(char many, char one) => many == Glob.Star || one != '/';
}

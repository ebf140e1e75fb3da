using System.Collections.Frozen;

namespace Nullius.Identity.People;

/// <summary>
/// Knows passwords of twelve characters and more that are tried first: what people pad a short password with to make it long
/// (words repeated or joined, walks over the keyboard, runs, years, the name of the account).
/// </summary>
internal static class CommonPasswords
{
    // What people choose, most chosen first; a password made of two of them and little else is a common one.
    private static readonly FrozenSet<string> Words = new[]
    {
        "password", "passwort", "passw", "passphrase", "pass", "secret", "changeme", "change", "default", "welcome", "letmein", "login", "signin", "access",
        "admin", "administrator", "root", "user", "guest", "master", "manager", "system", "server", "service", "support", "test", "testing", "tester", "temp",
        "temporary", "demo", "sample", "example", "qwerty", "qwertz", "azerty", "iloveyou", "love", "lovely", "loveme", "trustno", "trust", "monkey", "dragon",
        "football", "baseball", "basketball", "soccer", "hockey", "golf", "superman", "batman", "spiderman", "starwars", "pokemon", "naruto", "matrix", "shadow",
        "sunshine", "princess", "flower", "butterfly", "rainbow", "chocolate", "cookie", "banana", "orange", "apple", "cherry", "pepper", "ginger", "coffee",
        "summer", "winter", "spring", "autumn", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "london", "paris", "berlin", "america", "england", "germany",
        "france", "canada", "michael", "jennifer", "jessica", "jordan", "daniel", "thomas", "robert", "george", "andrew", "charlie", "joshua", "matthew",
        "hunter", "killer", "ranger", "buster", "tigger", "harley", "maggie", "bailey", "mustang", "corvette", "ferrari", "porsche", "mercedes", "yamaha",
        "computer", "internet", "windows", "microsoft", "google", "facebook", "linkedin", "adobe", "oracle", "cisco", "linux", "ubuntu", "docker", "kubernetes",
        "amazon", "azure", "cloud", "security", "secure", "company", "office", "business", "network", "database", "freedom", "forever", "whatever", "hello",
        "helloworld", "world", "money", "lucky", "jesus", "angel", "heaven", "blessed", "family", "mother", "father", "baby", "friends", "friend", "happy",
        "smile", "diamond", "silver", "golden", "purple", "yellow", "green", "blue", "black", "white", "red", "phoenix", "thunder", "eagle", "tiger", "lion",
        "panther", "wolf", "bear", "horse", "puppy", "kitty", "ninja", "samurai", "pirate", "wizard", "magic", "gandalf", "skywalker", "merlin", "genius",
        "please", "nothing", "abcd", "abc", "new", "old", "my", "the", "is", "me", "you", "this", "one", "two", "four", "zerotrust", "nullius",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] Walks =
    [
        "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p", "a1b2c3d4e5f6g7h8i9", "zaq12wsxcde34rfvbgt56yhn",
    ];

    // The letters for which digits and signs stand in. Both readings of a `1` are tried.
    private static readonly (string From, string To)[] Readings = [("013457$@!8", "oleastsaib"), ("013457$@!8", "oieastsaib")];

    /// <param name="password">As typed.</param>
    /// <param name="personal">The account's own name and the like: as guessable as any word of the list.</param>
    public static bool Contains(string password, params IReadOnlyList<string> personal)
    {
        if (password.Distinct().Count() < 5)
            return true;
        var lower = password.ToLowerInvariant();
        var own = personal.SelectMany(name => name.ToLowerInvariant().Split('@', '.', '-', '_', ' ')).Where(part => part.Length >= 3).ToHashSet(StringComparer.Ordinal);
        return Guessable(lower, own) || Readings.Any(reading => Guessable(Read(lower, reading), own) || Guessable(ReadInside(lower, reading), own));
    }

    // Digits and signs at the ends are mostly themselves (a year, an exclamation mark): only those inside are letters.
    private static string ReadInside(string text, (string From, string To) reading)
    {
        var first = text.AsSpan().IndexOfAnyInRange('a', 'z');
        var last = text.AsSpan().LastIndexOfAnyInRange('a', 'z');
        return first < 0 ? text : text[..first] + Read(text[first..(last + 1)], reading) + text[(last + 1)..];
    }

    private static string Read(string text, (string From, string To) reading) =>
        string.Concat(text.Select(c => reading.From.IndexOf(c) is >= 0 and var at ? reading.To[at] : c));

    // What remains after the guessable pieces is what an attacker has to guess: fewer than five characters beside at most two pieces is nothing.
    private static bool Guessable(string text, HashSet<string> own)
    {
        int at = 0, left = 0;
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (at < text.Length)
        {
            var length = Math.Max(Word(text, at, own), Math.Max(Walk(text, at), Math.Max(Run(text, at), Number(text, at))));
            if (length >= 2 && IsWord(text.Substring(at, length), own))
                words.Add(text.Substring(at, length));
            left += length == 0 && char.IsLetterOrDigit(text[at]) ? 1 : 0;
            at += Math.Max(1, length);
        }

        return left < 5 && words.Count <= 2;
    }

    private static bool IsWord(string piece, HashSet<string> own) => Words.Contains(piece) || own.Contains(piece);

    private static int Word(string text, int at, HashSet<string> own)
    {
        for (var length = Math.Min(16, text.Length - at); length >= 2; length--)
        {
            if (IsWord(text.Substring(at, length), own))
                return length;
        }

        return 0;
    }

    private static int Walk(string text, int at)
    {
        var longest = 0;
        foreach (var walk in Walks)
        {
            for (var start = 0; start < walk.Length; start++)
            {
                longest = Math.Max(longest, Common(text, at, walk, start, 1));
                longest = Math.Max(longest, Common(text, at, walk, start, -1));
            }
        }

        return longest >= 4 ? longest : 0;
    }

    private static int Common(string text, int at, string walk, int start, int step)
    {
        var length = 0;
        for (var i = start; i >= 0 && i < walk.Length && at + length < text.Length && walk[i] == text[at + length]; i += step)
            length++;
        return length;
    }

    private static int Run(string text, int at)
    {
        var length = 1;
        while (at + length < text.Length && text[at + length] == text[at])
            length++;
        return length >= 3 ? length : 0;
    }

    // A date, a year, a counter: up to eight digits in a row.
    private static int Number(string text, int at)
    {
        var length = 0;
        while (at + length < text.Length && length < 8 && char.IsAsciiDigit(text[at + length]))
            length++;
        return length >= 2 ? length : 0;
    }
}

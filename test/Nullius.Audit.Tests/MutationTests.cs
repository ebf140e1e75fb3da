using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Nullius.Audit.Tests;

/// <summary>Whatever single change is made to a closed trail is found, and found where it was made.</summary>
public sealed class MutationTests : IAsyncLifetime
{
    private const int Records = 30;
    private readonly TestTrail _original = new();
    private readonly List<string> _lines = [];
    private string _copy = "";

    public async ValueTask InitializeAsync()
    {
        await _original.WriteAsync(Records, perSegment: 9);
        foreach (var path in Segments(_original.Folder))
            _lines.AddRange(await File.ReadAllLinesAsync(path));
        Assert.Equal(Records, _lines.Count);
    }

    public ValueTask DisposeAsync()
    {
        _original.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void A_flip_of_any_byte_is_found_in_its_line() => ForAll((file, at) =>
    {
        var path = Pick(file);
        var bytes = File.ReadAllBytes(path);
        var offset = at % bytes.Length;
        bytes[offset] ^= (byte)(1 << (file % 8));
        File.WriteAllBytes(path, bytes);
        var line = 1 + bytes.AsSpan(0, offset).Count((byte)'\n');
        return Found(result => result.File == Path.GetFileName(path) && result.Line >= line - 1 && result.Line <= line + 1);
    });

    [Fact]
    public void A_flip_inside_a_lines_text_is_called_altered_at_exactly_that_line() => ForAll((number, at) =>
    {
        var (path, line) = Place(number % Records);
        var lines = File.ReadAllLines(path);
        var text = lines[line].ToCharArray();
        var position = at % text.Length;
        text[position] = text[position] == 'x' ? 'y' : 'x';
        lines[line] = new string(text);
        File.WriteAllText(path, string.Concat(lines.Select(l => l + "\n")));
        return Only(AuditFindingKind.Altered, path, line + 1, number % Records + 1);
    });

    [Fact]
    public void A_removed_line_is_found_where_it_was() => ForAll((number, _) =>
    {
        var index = number % (Records - 1);
        var (path, line) = Place(index);
        Rewrite(path, lines => lines.RemoveAt(line));
        return Found(finding => finding.Kind is AuditFindingKind.Removed && finding.Sequence == index + 1);
    });

    [Fact]
    public void Removed_last_lines_are_found_as_truncation() => ForAll((count, _) =>
    {
        var last = Segments(_copy).Last(path => new FileInfo(path).Length > 0);
        var lines = File.ReadAllLines(last);
        var cut = 1 + (count % lines.Length);
        File.WriteAllText(last, string.Concat(lines[..^cut].Select(l => l + "\n")));
        return Found(finding => finding.Kind is AuditFindingKind.Truncated && finding.Sequence == Records - cut + 1);
    });

    [Fact]
    public void A_trail_cut_at_any_byte_of_its_last_segment_does_not_verify() => ForAll((_, at) =>
    {
        var last = Segments(_copy).Last(path => new FileInfo(path).Length > 0);
        var bytes = File.ReadAllBytes(last);
        File.WriteAllBytes(last, bytes[..(at % bytes.Length)]);
        return Found(finding => finding.Kind is AuditFindingKind.Truncated);
    });

    [Fact]
    public void Two_swapped_lines_are_found_as_reordered_at_one_of_their_places() => ForAll((first, second) =>
    {
        var a = first % Records;
        var b = second % Records;
        if (a == b)
            return true;
        Put(a, _lines[b]);
        Put(b, _lines[a]);
        return Found(finding => finding.Kind is AuditFindingKind.Reordered && (At(finding, a) || At(finding, b)));
    });

    [Fact]
    public void A_line_moved_elsewhere_is_found() => ForAll((from, to) =>
    {
        var a = from % Records;
        var b = to % Records;
        if (a == b)
            return true;
        var all = new List<string>(_lines);
        var line = all[a];
        all.RemoveAt(a);
        all.Insert(b, line);
        WriteAll(all);
        return Found(finding => finding.Kind is AuditFindingKind.Reordered or AuditFindingKind.Removed);
    });

    [Fact]
    public void A_line_repeated_anywhere_is_found_where_it_was_put() => ForAll((what, where) =>
    {
        var (path, line) = Place(where % Records);
        var text = _lines[what % Records];
        Rewrite(path, lines => lines.Insert(line, text));
        var next = where % Records;
        // A repeat beside its original is the same file whichever of the two is called the copy.
        return Found(finding => finding.Kind is AuditFindingKind.Duplicated or AuditFindingKind.Inserted
            && finding.File == Path.GetFileName(path) && Math.Abs(finding.Line - (line + 1)) <= (what % Records == next ? 1 : 0));
    });

    [Theory]
    [InlineData("""{"message":"forged"}""")]
    [InlineData("rubbish")]
    [InlineData("")]
    public void A_line_put_in_is_found_where_it_was_put(string text) => ForAll((where, _) =>
    {
        var (path, line) = Place(where % Records);
        Rewrite(path, lines => lines.Insert(line, text));
        return Only(AuditFindingKind.Inserted, path, line + 1, where % Records + 1);
    });

    [Fact]
    public void A_well_forged_line_put_in_beside_the_true_one_is_found() => ForAll((where, _) =>
    {
        var (path, line) = Place(where % Records);
        Rewrite(path, lines => lines.Insert(line, lines[line].Replace("record", "forged", StringComparison.Ordinal)));
        return Found(finding => finding.File == Path.GetFileName(path) && Math.Abs(finding.Line - (line + 1)) <= 1);
    });

    [Fact]
    public void A_missing_segment_is_named() => ForAll((which, _) =>
    {
        var path = Pick(which);
        File.Delete(path);
        return Found(finding => finding.Kind is AuditFindingKind.MissingSegment && finding.File == Path.GetFileName(path));
    });

    [Fact]
    public void A_flip_of_any_byte_of_a_head_is_found_in_the_heads() => ForAll((bit, at) =>
    {
        var path = Path.Combine(_copy, "heads.jsonl");
        var bytes = File.ReadAllBytes(path);
        var offset = at % bytes.Length;
        bytes[offset] ^= (byte)(1 << (bit % 8));
        File.WriteAllBytes(path, bytes);
        // The very last line feed is the one byte whose loss looks like a crash.
        return offset == bytes.Length - 1
            ? Verify().Findings.Any(finding => finding.File == "heads.jsonl")
            : Found(finding => finding.Kind is AuditFindingKind.BadHead && finding.File == "heads.jsonl");
    });

    [Fact]
    public void A_head_taken_from_the_middle_is_found() => ForAll((which, _) =>
    {
        var path = Path.Combine(_copy, "heads.jsonl");
        var heads = File.ReadAllLines(path).ToList();
        Assert.True(heads.Count > 3);
        heads.RemoveAt(which % (heads.Count - 1));
        File.WriteAllText(path, string.Concat(heads.Select(l => l + "\n")));
        return Found(finding => finding.Kind is AuditFindingKind.BadHead);
    });

    private void ForAll(Func<int, int, bool> property)
    {
        var small = Gen.Choose(0, 1_000_000).ToArbitrary();
        Prop.ForAll(small, small, (a, b) =>
        {
            Restore();
            return property(a, b);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(80));
    }

    private void Restore()
    {
        if (_copy.Length == 0)
            _copy = Path.Combine(_original.Root, "copy");
        if (Directory.Exists(_copy))
            Directory.Delete(_copy, recursive: true);
        Directory.CreateDirectory(_copy);
        foreach (var file in Directory.GetFiles(_original.Folder))
            File.Copy(file, Path.Combine(_copy, Path.GetFileName(file)));
        Assert.Empty(Verify().Findings);
    }

    private AuditVerification Verify() => AuditVerifier.Verify(_copy, [_original.Key.KeyId]);

    private bool Found(Func<AuditFinding, bool> expected)
    {
        var result = Verify();
        return !result.Verifies && result.Findings.Any(expected) ? true : throw new InvalidOperationException("found: " + string.Join(" | ", result.Findings));
    }

    private bool Only(AuditFindingKind kind, string path, int line, int sequence) => Found(finding =>
        finding.Kind == kind && finding.File == Path.GetFileName(path) && finding.Line == line && finding.Sequence == sequence)
        && (Verify().Findings.Count == 1 ? true : throw new InvalidOperationException("more: " + string.Join(" | ", Verify().Findings)));

    private static string[] Segments(string folder) => [.. Directory.GetFiles(folder, "0*.jsonl").Order(StringComparer.Ordinal)];

    private string Pick(int number)
    {
        var segments = Segments(_copy).Where(path => new FileInfo(path).Length > 0).ToArray();
        return segments[number % segments.Length];
    }

    private (string Path, int Line) Place(int index)
    {
        foreach (var path in Segments(_original.Folder))
        {
            var lines = File.ReadAllLines(path).Length;
            if (index < lines)
                return (Path.Combine(_copy, Path.GetFileName(path)), index);
            index -= lines;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }

    private bool At(AuditFinding finding, int index)
    {
        var (path, line) = Place(index);
        return finding.File == Path.GetFileName(path) && finding.Line == line + 1;
    }

    private void Put(int index, string text)
    {
        var (path, line) = Place(index);
        Rewrite(path, lines => lines[line] = text);
    }

    private static void Rewrite(string path, Action<List<string>> change)
    {
        var lines = File.ReadAllLines(path).ToList();
        change(lines);
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
    }

    private void WriteAll(List<string> all)
    {
        var next = 0;
        foreach (var path in Segments(_copy))
        {
            var count = File.ReadAllLines(path).Length;
            File.WriteAllText(path, string.Concat(all.Skip(next).Take(count).Select(line => line + "\n")));
            next += count;
        }
    }
}

using Nullius.Audit;

namespace Nullius.Server.Verify.Checks;

/// <summary>The trail: it verifies, and a copy that was tampered with does not. The trail itself is never touched.</summary>
internal static class AuditChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("audit-trail", "The audit trail verifies", "no finding but a torn tail at most",
            "Keep the folder as it is, for evidence, and run `nullius audit verify`: it names file, line and kind of what was altered.",
            (scene, cancellation) => WithCopyAsync(scene, folder =>
            {
                var found = AuditVerifier.Verify(folder, cancellation: cancellation);
                return new Observation(found.Verifies ? "verifies" : string.Join("; ", found.Findings.Take(3).Select(f => f.Message)), found.Verifies);
            }, cancellation)),
        new("audit-tampering", "A flipped byte in a copy of the trail is found and located", "found, with file and line",
            "The verifier did not notice a change: report it.",
            (scene, cancellation) => WithCopyAsync(scene, folder => Tampered(folder, cancellation), cancellation)),
        new("audit-truncation", "The newest record cut off a copy of the trail is found and located", "found, with file and line",
            "The verifier did not notice that the end is missing: report it.",
            (scene, cancellation) => WithCopyAsync(scene, folder => Truncated(folder, cancellation), cancellation)),
    ];

    private static Observation Truncated(string folder, CancellationToken cancellation)
    {
        var segment = Segments(folder).Last(f => new FileInfo(f).Length > 0);
        var text = File.ReadAllText(segment).TrimEnd('\n');
        File.WriteAllText(segment, text[..(text.LastIndexOf('\n') + 1)]);
        var found = AuditVerifier.Verify(folder, cancellation: cancellation);
        var first = found.Findings.FirstOrDefault(f => f.Kind is AuditFindingKind.Truncated or AuditFindingKind.MissingSegment);
        return new Observation(first is null ? "not found" : $"{first.Kind} at {Path.GetFileName(first.File)}:{first.Line}", first is not null);
    }

    private static Observation Tampered(string folder, CancellationToken cancellation)
    {
        var segment = Segments(folder).First(f => new FileInfo(f).Length > 0);
        using (var file = File.Open(segment, FileMode.Open))
        {
            // Inside the first record, past its opening brace: a digit or letter of a value.
            file.Position = Math.Min(40, file.Length - 2);
            var old = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(old ^ 1));
        }
        var found = AuditVerifier.Verify(folder, cancellation: cancellation);
        var first = found.Findings.FirstOrDefault(f => f.IsTampering);
        return new Observation(first is null ? "not found" : $"{first.Kind} at {Path.GetFileName(first.File)}:{first.Line}", first is not null);
    }

    private static IEnumerable<string> Segments(string folder) =>
        Directory.EnumerateFiles(folder, "*.jsonl").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0])).Order(StringComparer.Ordinal);

    private static async Task<Observation> WithCopyAsync(VerifyScene scene, Func<string, Observation> look, CancellationToken cancellation)
    {
        var copy = Directory.CreateTempSubdirectory("nullius-verify-").FullName;
        try
        {
            var trail = Directory.EnumerateDirectories(scene.Run.AuditFolder).Order(StringComparer.Ordinal).First();
            await AuditCopy.MakeAsync(trail, copy, cancellation).ConfigureAwait(false);
            return look(copy);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }
}

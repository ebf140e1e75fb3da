using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Cli.Output;
using Nullius.Policy;
using Nullius.Policy.Intent;
using Nullius.Policy.Intent.Proof;

namespace Nullius.Cli.Simulate;

/// <summary>Compiles one intent, proves its documents, and writes both.</summary>
internal sealed class IntentRun(Terminal terminal, ResultFormat format)
{
    private static readonly JsonSerializerOptions s_indented = new(ResultWriter.Json) { WriteIndented = true };

    internal async Task<int> RunAsync(string file, IntentDialect[] dialects, string? folder, long prove, CancellationToken cancellation)
    {
        if (await ReadAsync(file, cancellation).ConfigureAwait(false) is not { } bytes)
            return ExitCode.Usage;
        var diagnostics = new List<PolicyDiagnostic>();
        var intent = AccessIntent.Parse(bytes, file == "-" ? "stdin" : file, diagnostics);
        foreach (var diagnostic in diagnostics)
            terminal.Say(diagnostic.ToString());
        if (intent is null)
            return ExitCode.Usage;
        foreach (var dialect in dialects.Except(intent.Dialects))
        {
            terminal.Say($"{file}: the intent names no callers or no resource for {Name(dialect)}, expected both under `who` and `on`");
            return ExitCode.Usage;
        }
        var compiled = CompiledIntent.Of(intent, dialects);
        var proofs = prove > 0 ? IntentProof.Run(compiled, prove) : [];
        if (folder is not null && !await WriteAsync(compiled, folder, cancellation).ConfigureAwait(false))
            return ExitCode.Fault;
        Show(compiled, proofs, folder);
        return proofs.All(p => p.Holds) ? ExitCode.Done : ExitCode.Unmet;
    }

    private async Task<byte[]?> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            if (file != "-")
                return await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false);
            using var buffer = new MemoryStream();
            var stdin = Console.OpenStandardInput();
            await using (stdin.ConfigureAwait(false))
                await stdin.CopyToAsync(buffer, cancellation).ConfigureAwait(false);
            return buffer.ToArray();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            terminal.Say($"{file}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    private async Task<bool> WriteAsync(CompiledIntent compiled, string folder, CancellationToken cancellation)
    {
        try
        {
            foreach (var document in compiled.Documents)
            {
                var path = Path.Combine(folder, document.File);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, document.Content, cancellation).ConfigureAwait(false);
            }
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            terminal.Say($"{folder}: cannot be written: {fault.Message.ReplaceLineEndings(" ")}");
            return false;
        }
    }

    private static string Name(IntentDialect dialect) => dialect.ToString().ToLowerInvariant();

    private void Show(CompiledIntent compiled, IReadOnlyList<IntentProof> proofs, string? folder)
    {
        if (format == ResultFormat.Table)
            ShowText(compiled, proofs, folder);
        else
            terminal.Out.WriteLine(JsonSerializer.Serialize(ToJson(compiled, proofs), format == ResultFormat.Json ? s_indented : ResultWriter.Json));
    }

    private static JsonObject ToJson(CompiledIntent compiled, IReadOnlyList<IntentProof> proofs) => new()
    {
        ["intent"] = compiled.Intent.Name,
        ["documents"] = new JsonArray([.. compiled.Documents.Select(d => (JsonNode)new JsonObject { ["dialect"] = Name(d.Dialect), ["file"] = d.File, ["content"] = JsonNode.Parse(d.Content) })]),
        ["limits"] = new JsonArray([.. compiled.Limits.Select(l => (JsonNode)new JsonObject { ["dialect"] = Name(l.Dialect), ["condition"] = l.Condition, ["message"] = l.Message })]),
        ["proof"] = new JsonArray([.. proofs.Select(p => (JsonNode)ToJson(p))]),
    };

    private static JsonObject ToJson(IntentProof proof)
    {
        var json = new JsonObject
        {
            ["dialect"] = Name(proof.Dialect), ["claim"] = proof.Claim, ["requests"] = proof.Requests, ["of"] = proof.Total,
            ["except"] = new JsonArray([.. proof.Except.Select(e => (JsonNode)e)]), ["counterexample"] = null,
        };
        if (proof.Fault is { } fault)
            json["fault"] = fault;
        if (proof.Counterexample is { } example)
            json["counterexample"] = new JsonObject { ["request"] = example.Request.DeepClone(), ["intent"] = example.IntentAllows ? "allow" : "deny", ["decided"] = example.Decided };
        return json;
    }

    private void ShowText(CompiledIntent compiled, IReadOnlyList<IntentProof> proofs, string? folder)
    {
        foreach (var document in compiled.Documents)
        {
            terminal.Out.WriteLine(folder is null ? $"# {document.File}" : Path.Combine(folder, document.File));
            if (folder is null)
                terminal.Out.WriteLine(document.Content);
        }
        foreach (var limit in compiled.Limits)
            terminal.Out.WriteLine($"{Name(limit.Dialect)}: {(limit.Condition is null ? "" : $"`{limit.Condition}` is not said: ")}{limit.Message}");
        foreach (var proof in proofs)
        {
            terminal.Out.WriteLine($"{Name(proof.Dialect)}: {proof.Claim} ({proof.Requests} of {proof.Total} requests decided)");
            if (proof.Fault is { } fault)
                terminal.Out.WriteLine($"  {fault}");
            if (proof.Counterexample is { } example)
                terminal.Out.WriteLine($"  the intent {(example.IntentAllows ? "allows" : "does not allow")}, decided {example.Decided}: {example.Request.ToJsonString(ResultWriter.Json)}");
        }
    }
}

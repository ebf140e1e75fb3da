using System.CommandLine;
using System.Text.Json;
using Nullius.Audit;
using Nullius.Cli.Output;
using Nullius.State;

namespace Nullius.Cli;

/// <summary><c>nullius audit prove</c>: hands out one record, or the growth of the trail, in a form that others can check by themselves.</summary>
internal static class AuditProofCommand
{
    private const int MostProofBytes = 4 * 1024 * 1024;

    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var node = AuditCommand.NodeOption();
        var path = new Option<string?>("--path") { Description = "prove from this folder of segments (a copy) instead of an instance's", HelpName = "P" };
        var record = new Option<long?>("--record") { Description = "prove that the record with this sequence is in the trail", HelpName = "N" };
        var request = new Option<string?>("--request") { Description = "prove that the record with this reference is in the trail", HelpName = "ID" };
        var since = new Option<string?>("--since") { Description = "prove that the trail continues the head in this file (`nullius audit head`); `first` takes the trail's first", HelpName = "FILE" };
        var check = new Option<string?>("--check") { Description = "check the proof in this file (- for standard input); needs no trail and no instance", HelpName = "FILE" };
        var key = new Option<string[]>("--key") { Description = "with --check: id of a key that may have signed; default: those in the proof", HelpName = "KID" };
        var format = ResultWriter.FormatOption();
        var command = new Command("prove", "Prove that a record is in the trail, or that the trail continues an earlier head; or check such a proof.") { data, node, path, record, request, since, check, key, format };
        command.Validators.Add(result =>
        {
            if (((Option[])[record, request, since, check]).Count(option => result.GetResult(option) is { Implicit: false }) != 1)
                result.AddError("audit prove: expected exactly one of --record, --request, --since and --check");
        });
        command.SetAction((result, cancellation) => AuditCommand.Guard(terminal, async () =>
        {
            if (result.GetValue(check) is { } file)
                return Check(terminal, ResultWriter.Choose(result.GetValue(format), terminal), await ReadAsync(file, cancellation).ConfigureAwait(false), result.GetValue(key));
            var folder = result.GetValue(path) is { Length: > 0 } copy ? copy : AuditFolders.One(new DataDirectory(DataOption.Resolve(result.GetValue(data), terminal)), result.GetValue(node));
            var prover = new AuditProver(folder);
            var proof = (result.GetValue(record), result.GetValue(request), result.GetValue(since)) switch
            {
                ({ } sequence, _, _) => prover.Inclusion(sequence, cancellation),
                (_, { } reference, _) => prover.Inclusion(reference, cancellation),
                (_, _, { } head) => prover.Consistency(head == "first" ? null : (await File.ReadAllLinesAsync(head, cancellation).ConfigureAwait(false)).Last(line => line.Length > 0), cancellation),
                _ => throw new AuditProofException("nothing to prove"),
            };
            // A proof is a document, on a terminal as well.
            ResultWriter.One(terminal, result.GetValue(format) is ResultFormat.Jsonl ? ResultFormat.Jsonl : ResultFormat.Json, proof);
            return ExitCode.Done;
        }));
        return Examples.Of(command, "nullius audit prove --record 42 > proof.json", "nullius audit prove --since kept-head.json", "nullius audit prove --check proof.json --key KID");
    }

    private static int Check(Terminal terminal, ResultFormat format, string text, string[]? keys)
    {
        AuditProof proof;
        try
        {
            proof = JsonSerializer.Deserialize<AuditProof>(text, ResultWriter.Json) ?? throw new JsonException("nothing");
        }
        catch (JsonException fault)
        {
            throw new AuditProofException($"not a proof: {fault.Message}");
        }

        var pinned = keys is { Length: > 0 };
        var result = proof.Check(pinned ? keys : null);
        ResultWriter.One(
            terminal, format, new { result.Holds, result.Problem, proof.Kind, proof.Sequence, result.Node, result.Size, result.KeyId, KeyPinned = pinned },
            ("holds", result.Holds ? "yes" : "NO"),
            ("problem", result.Problem),
            ("proves", proof.Kind == "inclusion" ? $"record {proof.Sequence} is one of the {result.Size} that node {result.Node} signed" : $"the {result.Size} records that node {result.Node} signed continue those of the earlier head"),
            ("key", result.KeyId + (pinned ? "" : " (as given in the proof: compare, or give --key)")));
        return result.Holds ? ExitCode.Done : ExitCode.Unmet;
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellation)
    {
        if (file == "-")
            return await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false);
        if (new FileInfo(file) is { Exists: true, Length: > MostProofBytes })
            throw new AuditProofException($"`{file}` is no proof: expected at most {MostProofBytes} bytes");
        return await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false);
    }
}

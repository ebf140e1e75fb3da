using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Nullius.Audit;
using Nullius.Cli.Output;
using Nullius.State;

namespace Nullius.Cli;

/// <summary><c>nullius audit</c>: read the trail, and check that it is the one that was written.</summary>
internal static class AuditCommand
{
    private const int LastByDefault = 20;
    private const int MostLast = 100_000;

    public static Command Create() => Build(Terminal.System);

    public static Command Build(Terminal terminal) => Examples.Of(
        new Command("audit", "Read the audit trail, and verify that nothing in it was changed.")
        {
            Tail(terminal),
            Verify(terminal),
            AuditProofCommand.Build(terminal),
            AuditKeepCommand.Copy(terminal),
            AuditKeepCommand.Head(terminal),
            AuditKeepCommand.RotateKey(terminal),
        },
        "nullius audit tail --follow",
        "nullius audit verify");

    private static Command Tail(Terminal terminal)
    {
        var data = DataOption.Build();
        var node = NodeOption();
        var follow = new Option<bool>("--follow", "-f") { Description = "go on with what is appended, until Ctrl-C" };
        var last = new Option<int>("--last", "-n")
        {
            Description = $"so many of the newest records; default {LastByDefault}, at most {MostLast}",
            HelpName = "N",
            DefaultValueFactory = _ => LastByDefault,
        };
        last.Validators.Add(result =>
        {
            // What is no number at all is told by the parser itself.
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is (< 0 or > MostLast))
                result.AddError($"--last: expected a number from 0 to {MostLast}");
        });
        var subject = new Option<string?>("--subject") { Description = "only records of this user or device (id or name)", HelpName = "NAME" };
        var outcome = new Option<string?>("--outcome") { Description = "only records with this effect, outcome or status, as `deny`, `refused` or `failure`", HelpName = "WORD" };
        var format = ResultWriter.FormatOption();
        var command = new Command("tail", "Show the newest records, oldest first.") { data, node, follow, last, subject, outcome, format };
        command.SetAction((result, cancellation) => Guard(terminal, async () =>
        {
            var folder = AuditFolders.One(new DataDirectory(DataOption.Resolve(result.GetValue(data), terminal)), result.GetValue(node));
            var query = new AuditQuery { Subject = result.GetValue(subject), Outcome = result.GetValue(outcome) };
            var output = new AuditLines(terminal, result.GetValue(follow), ResultWriter.Choose(result.GetValue(format), terminal));
            var reader = new AuditReader(folder);

            // The end is taken first: what is appended while the last ones are shown is followed, not lost.
            var end = reader.End();
            output.Begin();
            foreach (var entry in AuditFolders.Newest(reader, query, result.GetValue(last), end, cancellation))
                output.Write(entry);
            if (result.GetValue(follow))
            {
                try
                {
                    await foreach (var entry in reader.FollowAsync(query, TimeProvider.System, cancellation, end).ConfigureAwait(false))
                        output.Write(entry);
                }
                catch (OperationCanceledException)
                {
                    // Ctrl-C is how following ends.
                }
            }

            output.End();
            return ExitCode.Done;
        }));
        return Examples.Of(command, "nullius audit tail --last 5", "nullius audit tail --follow --outcome deny", "nullius audit tail --subject alice --format jsonl");
    }

    private static Command Verify(Terminal terminal)
    {
        var data = DataOption.Build();
        var node = NodeOption();
        var path = new Option<string?>("--path") { Description = "verify this folder of segments (a copy, a backup) instead of an instance's", HelpName = "P" };
        var key = new Option<string[]>("--key") { Description = "id of a key that may have signed; default: the instance's own, or with --path what lies beside the segments", HelpName = "KID" };
        var head = new Option<string?>("--head") { Description = "file of heads that were kept elsewhere (`nullius audit head`): the trail must continue them", HelpName = "FILE" };
        var format = ResultWriter.FormatOption();
        var command = new Command("verify", "Check chain, heads, signatures and the end; exit code 1 when the trail does not verify.") { data, node, path, key, head, format };
        command.SetAction((result, cancellation) => Guard(terminal, () =>
        {
            var keys = result.GetValue(key) is { Length: > 0 } given ? given : null;
            var kept = result.GetValue(head) is { Length: > 0 } file ? File.ReadAllLines(file).Where(line => line.Length > 0).ToArray() : [];
            var expectation = new AuditExpectation { TrustedKeyIds = keys, KeptHeads = kept };
            IReadOnlyList<AuditCheck> trails;
            if (result.GetValue(path) is { Length: > 0 } copy)
            {
                trails = [AuditCheck.Of(copy, expectation, cancellation)];
            }
            else
            {
                var folder = new DataDirectory(DataOption.Resolve(result.GetValue(data), terminal));
                trails = [.. AuditFolders.All(folder, result.GetValue(node)).Select(trail => Own(folder, trail, expectation, cancellation))];
            }

            AuditCheck.Write(terminal, ResultWriter.Choose(result.GetValue(format), terminal), trails);
            return Task.FromResult(trails.All(trail => trail.Verifies) ? ExitCode.Done : ExitCode.Unmet);
        }));
        return Examples.Of(command, "nullius audit verify", "nullius audit verify --path ./backup/audit/node-1 --format json");
    }

    private static AuditCheck Own(DataDirectory data, string folder, AuditExpectation expectation, CancellationToken cancellation)
    {
        using var key = AuditFolders.KeyOf(data, folder);
        return AuditCheck.Of(folder, key is null ? expectation : expectation with { WriterKey = key, TrustedKeyIds = expectation.TrustedKeyIds ?? [key.KeyId, .. key.FormerKeyIds] }, cancellation);
    }

    // What the person named is not there: their input, not a fault of a system.
    internal static async Task<int> Guard(Terminal terminal, Func<Task<int>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is DirectoryNotFoundException or FileNotFoundException or AuditProofException)
        {
            terminal.Say(fault.Message);
            return ExitCode.Usage;
        }
        catch (Exception fault) when (fault is DataDirectoryException or CryptographicException)
        {
            terminal.Say(fault.Message);
            return ExitCode.Fault;
        }
    }

    internal static Option<string?> NodeOption() => new("--node") { Description = "the node whose trail is meant, where there are several", HelpName = "NAME" };
}

using System.CommandLine;
using Nullius.Audit;
using Nullius.Cli.Output;
using Nullius.Server.Control;
using Nullius.State;

namespace Nullius.Cli;

/// <summary>What is kept of a trail elsewhere: a copy, or a head that the trail must continue; and the key that signs.</summary>
internal static class AuditKeepCommand
{
    public static Command Copy(Terminal terminal)
    {
        var data = DataOption.Build();
        var node = AuditCommand.NodeOption();
        var target = new Argument<string>("FOLDER") { Description = "new or empty folder for the copy" };
        var command = new Command("copy", "Copy the trail, also of a running instance, so that the copy verifies.") { data, node, target };
        command.SetAction((result, cancellation) => AuditCommand.Guard(terminal, async () =>
        {
            var folder = AuditFolders.One(new DataDirectory(DataOption.Resolve(result.GetValue(data), terminal)), result.GetValue(node));
            await AuditCopy.MakeAsync(folder, result.GetRequiredValue(target), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return Examples.Of(command, "nullius audit copy ./trail-2026-11");
    }

    public static Command Head(Terminal terminal)
    {
        var data = DataOption.Build();
        var node = AuditCommand.NodeOption();
        var command = new Command("head", "Print the newest signed head, to be kept where the owner of the instance cannot change it.") { data, node };
        command.SetAction((result, _) => AuditCommand.Guard(terminal, () =>
        {
            terminal.Out.WriteLine(new AuditProver(AuditFolders.One(new DataDirectory(DataOption.Resolve(result.GetValue(data), terminal)), result.GetValue(node))).NewestHead());
            return Task.FromResult(ExitCode.Done);
        }));
        return Examples.Of(command, "nullius audit head >> elsewhere/heads", "nullius audit verify --head elsewhere/heads");
    }

    public static Command RotateKey(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        var command = new Command("rotate-key", "Sign heads with a new key from now on; heads of the old ones still verify.") { data, format };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var key = await client.PostAsync<AuditKey>("/v1/audit/key", null, cancellation).ConfigureAwait(false);
            ResultWriter.One(terminal, ResultWriter.Choose(result.GetValue(format), terminal), key, ("key", key.Kid));
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius audit rotate-key");
    }
}

using System.Net.Sockets;
using System.Security.Cryptography;
using Nullius.Audit;
using Nullius.Server.Control;
using Nullius.State;
using Nullius.State.Schema;

namespace Nullius.Server.Hosting;

/// <summary>What a person reads about a fault.</summary>
/// <param name="Usage">The input is wrong (exit code 2), rather than a system we need (3).</param>
public sealed record FaultDescription(IReadOnlyList<string> Lines, bool Usage);

/// <summary>The one place that turns exceptions into words and exit codes.</summary>
public static class Faults
{
    public static FaultDescription Describe(Exception fault) => fault switch
    {
        ConfigurationException refused => new([.. refused.Errors.Select(e => e.ToString())], true),
        StartupException startup => new([startup.Message], startup.Usage),
        ControlRefusedException refused => new([refused.Message], true),
        ControlUnavailableException unavailable => new([unavailable.Message], false),
        DataDirectoryException folder => new([folder.Message], true),
        StoreVersionException version => new([version.Message], false),
        StoreUnavailableException store => new([$"the store cannot be used: {store.Message}"], false),
        CryptographicException secret => new([$"a stored secret cannot be opened: {secret.Message}"], false),
        AuditUnavailableException audit => new([$"the audit trail cannot be written: {audit.Message}"], false),
        UnauthorizedAccessException denied => new([denied.Message], false),
        SocketException socket => new([socket.Message], false),
        IOException io => new([io.Message], false),
        _ => new([$"internal fault: {fault}"], false),
    };
}

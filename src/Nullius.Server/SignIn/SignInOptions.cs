namespace Nullius.Server.SignIn;

/// <summary>An application on the page where a person lands who was going nowhere in particular.</summary>
public sealed record ApplicationLink(string Name, string Url, string Description = "");

/// <summary>What the sign-in pages need to know about the deployment.</summary>
public sealed record SignInOptions
{
    /// <summary><c>nullius.localhost</c>; every application's host ends in it.</summary>
    public required string Domain { get; init; }

    /// <summary>Host name without port.</summary>
    public required string SignInHost { get; init; }

    /// <summary>Host name without port.</summary>
    public required string DeviceHost { get; init; }

    public int HttpsPort { get; init; } = 8443;

    /// <summary>What is listed as the person's applications; asked at every view, so that a reloaded configuration shows.</summary>
    public Func<IReadOnlyList<ApplicationLink>> Applications { get; init; } = () => [];

    /// <summary>Names that a token or key can be limited to: routes, and the decision point; null: any. Asked each time, as the configuration is now.</summary>
    public Func<IReadOnlyList<string>>? Scopes { get; init; }

    /// <summary>Failed tries that an address has at once, and again in each minute.</summary>
    public int TriesPerAddress { get; init; } = 30;

    /// <summary>Authority: the port is left out where it is 443.</summary>
    public string SignInAuthority => HttpsPort == 443 ? SignInHost : $"{SignInHost}:{HttpsPort}";

    public string SignInOrigin => $"https://{SignInAuthority}";

    /// <summary>What is wrong with a limit that names nothing here, which would make a key that opens nothing; null when nothing is.</summary>
    internal string? ScopeFault(IReadOnlyList<string> scopes)
    {
        if (Scopes?.Invoke() is not { } known) return null;
        // A limit with a colon is a pattern of actions, which a route may name as it likes.
        var stranger = scopes.FirstOrDefault(scope => !scope.Contains(':', StringComparison.Ordinal) && !known.Contains(scope, StringComparer.OrdinalIgnoreCase));
        if (stranger is null) return null;
        var near = Configuration.Nearest.Of(stranger, known) is { } meant ? $"did you mean `{meant}`?" : "expected one of " + string.Join(", ", known.Select(name => $"`{name}`"));
        return $"there is no application `{Configuration.ConfigReport.Quote(stranger)}`: {near}";
    }

    /// <summary>Every host of the deployment, as a source of Content-Security-Policy.</summary>
    internal string AnyHost => HttpsPort == 443 ? $"https://*.{Domain}" : $"https://*.{Domain}:{HttpsPort}";
}

using System.Net;

namespace Nullius.Policy.Requests;

/// <summary>A sign-in or an access in Conditional Access terms. Reusable: every member may be set anew per request.</summary>
public sealed class EntraRequest
{
    public string User { get; set; } = "";

    public IReadOnlyList<string> Groups { get; set; } = [];

    public IReadOnlyList<string> Roles { get; set; } = [];

    /// <summary>Groups of which it could not be established whether the user is in them.</summary>
    public IReadOnlyList<string> UnknownGroups { get; set; } = [];

    /// <summary>Roles of which it could not be established whether the user has them.</summary>
    public IReadOnlyList<string> UnknownRoles { get; set; } = [];

    public bool Guest { get; set; }

    /// <summary>A guest's kind by its Graph name (<c>b2bCollaborationGuest</c>, …); null: not told apart, in every kind.</summary>
    public string? GuestType { get; set; }

    /// <summary>A guest's home tenant; null when it could not be established.</summary>
    public string? GuestTenant { get; set; }

    /// <summary>The service principal that signs in instead of a person; null for people.</summary>
    public string? ServicePrincipal { get; set; }

    /// <summary><c>none</c>, <c>low</c>, <c>medium</c>, <c>high</c>; null when it could not be established.</summary>
    public string? ServicePrincipalRisk { get; set; }

    /// <summary><c>none</c>, <c>minor</c>, <c>moderate</c>, <c>elevated</c>; null when it could not be established.</summary>
    public string? InsiderRisk { get; set; }

    /// <summary>The cloud app: at the gate the route's application id.</summary>
    public string? Application { get; set; }

    /// <summary>Custom security attributes of the application, by set and name joined with an underscore; null when they could not be established.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? ApplicationAttributes { get; set; }

    /// <summary>Those of the service principal that signs in.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? ServicePrincipalAttributes { get; set; }

    /// <summary><c>urn:user:registersecurityinfo</c> or <c>urn:user:registerdevice</c>, or null.</summary>
    public string? UserAction { get; set; }

    /// <summary><c>browser</c>, <c>mobileAppsAndDesktopClients</c>, <c>exchangeActiveSync</c>, <c>other</c>; null when it could not be established.</summary>
    public string? ClientApp { get; set; } = "browser";

    /// <summary><c>windows</c>, <c>linux</c>, <c>macOS</c>, <c>iOS</c>, <c>android</c>, or any other name for what is none of them; null when it could not be established.</summary>
    public string? Platform { get; set; }

    /// <summary>Authentication contexts that the resource asks for (<c>c1</c>…); usually none.</summary>
    public IReadOnlyList<string> AuthenticationContexts { get; set; } = [];

    /// <summary><c>none</c>, <c>deviceCodeFlow</c> or <c>authenticationTransfer</c>; null when it could not be established.</summary>
    public string? AuthenticationFlow { get; set; } = "none";

    /// <summary>Null when it could not be established.</summary>
    public bool? DeviceCompliant { get; set; }

    public bool DeviceHybridJoined { get; set; }

    public bool DeviceRegistered { get; set; }

    public IReadOnlyDictionary<string, string>? DeviceAttributes { get; set; }

    public IPAddress? Address { get; set; }

    /// <summary>ISO 3166-1 alpha-2; null when it could not be established.</summary>
    public string? Country { get; set; }

    /// <summary>The address was looked up and belongs to no country.</summary>
    public bool CountryUnmapped { get; set; }

    /// <summary><c>none</c>, <c>low</c>, <c>medium</c>, <c>high</c>; null when it could not be established.</summary>
    public string? UserRisk { get; set; }

    public string? SignInRisk { get; set; }

    /// <summary>Controls already satisfied: <c>mfa</c>, <c>passwordChange</c>, …; device controls follow from the device.</summary>
    public IReadOnlyList<string> Satisfied { get; set; } = [];

    /// <summary>When the subject last authenticated interactively: sign-in frequency counts from here.</summary>
    public DateTimeOffset? AuthenticatedAt { get; set; }

    /// <summary>When the second factor was last used; null when it was not.</summary>
    public DateTimeOffset? MfaAt { get; set; }

    /// <summary>The instant of the request.</summary>
    public DateTimeOffset Now { get; set; }
}

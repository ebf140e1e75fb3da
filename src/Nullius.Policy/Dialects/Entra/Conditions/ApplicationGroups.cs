using System.Collections.Frozen;

namespace Nullius.Policy.Dialects.Entra.Conditions;

/// <summary>
/// Groups of first-party applications that policies name as one (reference: Conditional Access: target resources; apps
/// included in the Office 365 suite). The principal members; the provider's lists grow.
/// </summary>
internal static class ApplicationGroups
{
    private static readonly FrozenSet<string> s_office = Set(
        "00000002-0000-0ff1-ce00-000000000000", // Office 365 Exchange Online
        "00000003-0000-0ff1-ce00-000000000000", // Office 365 SharePoint Online
        "00000004-0000-0ff1-ce00-000000000000", // Skype for Business Online
        "00000005-0000-0ff1-ce00-000000000000", // Office 365 Yammer
        "00000006-0000-0ff1-ce00-000000000000", // Microsoft 365 portal
        "00000007-0000-0ff1-ce00-000000000000", // Microsoft Exchange Online Protection
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", // Microsoft Teams Services
        "4765445b-32c6-49b0-83e6-1d93765276ca", // OfficeHome
        "67e3df25-268a-4324-a550-0de1c7f97287", // Office Web Apps Service
        "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87", // Microsoft Forms
        "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3", // Microsoft Planner
        "905fcf26-4eb7-48a0-9ff0-8dcc7194b5ba", // Sway
        "94c63fef-13a3-47bc-8074-75af8c65887a", // Office Delve
        "66a88757-258c-4c72-893c-3e8bed4d6899"); // Office 365 Search Service

    private static readonly FrozenSet<string> s_adminPortals = Set(
        "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", // Azure portal
        "497effe9-df71-4043-a8bb-14cf78c4b63b", // Exchange admin center
        "00000006-0000-0ff1-ce00-000000000000", // Microsoft 365 admin center
        "80ccca67-54bd-44ab-8625-4b79c4dc7775"); // Defender and Purview portals

    private const string ServiceManagement = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

    /// <summary>What a policy on the Windows Azure Service Management API covers with it.</summary>
    private static readonly FrozenSet<string> s_serviceManagement = Set(
        "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", // Azure portal
        "e9f49c6b-5ce5-44c8-925d-015017e9f7ad", // Azure Data Lake
        "f5c26e74-f226-4ae8-85f0-b4af0080ac9e", // Application Insights API
        "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"); // Log Analytics API

    internal static bool Contains(NameSet names, string application) =>
        (names.Contains("Office365") && s_office.Contains(application))
        || (names.Contains("MicrosoftAdminPortals") && s_adminPortals.Contains(application))
        || (names.Contains(ServiceManagement) && s_serviceManagement.Contains(application));

    private static FrozenSet<string> Set(params string[] ids) => ids.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}

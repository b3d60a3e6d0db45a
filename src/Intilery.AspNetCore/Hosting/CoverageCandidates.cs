using Intilery.AspNetCore.Capture.EntityFramework;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Entities that look like accounts, memberships and trials, and are not mapped.</summary>
internal sealed class CoverageCandidates
{
    /// <summary>What each mapping is called on.</summary>
    public const string Builder = "builder.Services.AddIntilery()";

    private static readonly string[] _accountWords =
        ["Account", "Company", "Customer", "Org", "Organisation", "Organization", "Team", "Tenant", "Workspace"];

    public string? AccountFix { get; private init; }

    public string? MembershipFix { get; private init; }

    public string? TrialFix { get; private init; }

    public IReadOnlyList<string> Hints { get; private init; } = [];

    public static CoverageCandidates Of(IReadOnlyList<IModel> models, IReadOnlyList<EntityMapping> mappings)
    {
        var own = models.SelectMany(model => model.GetEntityTypes()).Where(IsApplications).DistinctBy(entity => entity.ClrType).ToList();
        var memberships = own
            .Where(entity => !mappings.OfType<MembershipMapping>().Any(mapping => mapping.Covers(entity)))
            .Select(entity => (Entity: entity, User: UserKey(entity), Account: AccountKey(entity)))
            .Where(found => found.User is not null && found.Account is not null && IsOnlyAMembership(found.Entity))
            .Select(found => (found.Entity, Fix: MembershipCall(found.Entity, found.User!, found.Account!)))
            .ToList();
        var accounts = own
            .Where(entity => IsAccount(entity) && !mappings.OfType<AccountMapping>().Any(mapping => mapping.Covers(entity)))
            .Select(entity => (Entity: entity, Fix: AccountCall(entity)))
            .ToList();
        var trials = own
            .Where(entity => !mappings.OfType<TrialMapping>().Any(mapping => mapping.Covers(entity)))
            .Select(entity => (Entity: entity, Fix: TrialCall(entity)))
            .Where(found => found.Fix is not null)
            .ToList();
        return new CoverageCandidates
        {
            AccountFix = accounts.FirstOrDefault().Fix,
            MembershipFix = memberships.FirstOrDefault().Fix,
            TrialFix = trials.FirstOrDefault().Fix,
            Hints =
            [
                .. memberships.Select(found => $"{found.Entity.ClrType.Name} looks like a membership: {found.Fix}"),
                .. accounts.Select(found => $"{found.Entity.ClrType.Name} looks like an account: {found.Fix}"),
                .. trials.Select(found => $"{found.Entity.ClrType.Name} looks like a trial: {found.Fix}"),
            ],
        };
    }

    /// <summary>
    /// Returns the line for an endpoint that seems to send invites, if there is one: not one that accepts an invite, as
    /// <c>/invites/{id}/accept</c>.
    /// </summary>
    public static string? InviteFix(IReadOnlyList<Endpoint> endpoints) =>
        PostTo(endpoints, "invit") is { } endpoint ? $"[TrackInviteSent] // on {endpoint}" : null;

    /// <summary>Returns the endpoint that seems to issue tokens, if there is one: by its name, else the login of an API.</summary>
    public static string? TokenEndpoint(IReadOnlyList<Endpoint> endpoints) =>
        PostTo(endpoints, "token")
            ?? PostTo(endpoints, "login", "api")
            ?? PostTo(endpoints, "signin", "api")
            ?? PostTo(endpoints, "sign-in", "api");

    // Its path ends with the one word, and begins with the other, if that is given.
    private static string? PostTo(IReadOnlyList<Endpoint> endpoints, string last, string? first = null) => endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.RoutePattern.PathSegments.SelectMany(segment => segment.Parts).OfType<RoutePatternLiteralPart>().ToList() is [var begin, ..] parts
            && parts[^1].Content.Contains(last, StringComparison.OrdinalIgnoreCase)
            && (first is null || string.Equals(begin.Content, first, StringComparison.OrdinalIgnoreCase))
            && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true)
        .Select(endpoint => $"POST /{endpoint.RoutePattern.RawText!.TrimStart('/')}")
        .FirstOrDefault();

    private static bool IsApplications(IEntityType entity) =>
        !entity.IsOwned()
        && !entity.HasSharedClrType
        && entity.ClrType.Namespace?.StartsWith("Microsoft.AspNetCore.Identity", StringComparison.Ordinal) != true
        && entity.ClrType.Assembly != typeof(CoverageCandidates).Assembly;

    private static bool IsUser(IReadOnlyEntityType entity)
    {
        for (var type = entity.ClrType; type is not null; type = type.BaseType!)
        {
            if (type.FullName?.StartsWith("Microsoft.AspNetCore.Identity.IdentityUser", StringComparison.Ordinal) == true)
            {
                return true;
            }
        }

        return entity.ClrType.Name is "User" or "AppUser" or "ApplicationUser";
    }

    private static bool IsAccountName(string name) =>
        Array.Exists(_accountWords, word => string.Equals(word, name, StringComparison.Ordinal));

    private static bool IsAccount(IReadOnlyEntityType entity) =>
        IsAccountName(entity.ClrType.Name) && !IsUser(entity) && entity.FindPrimaryKey() is { Properties.Count: 1 };

    private static IReadOnlyProperty? UserKey(IEntityType entity) =>
        KeyTo(entity, IsUser)
            ?? entity.GetProperties().FirstOrDefault(property => property.Name is "UserId" or "MemberId" && !property.IsShadowProperty());

    private static IReadOnlyProperty? AccountKey(IEntityType entity) =>
        KeyTo(entity, IsAccount) ?? entity.GetProperties().FirstOrDefault(property =>
            property.Name.EndsWith("Id", StringComparison.Ordinal) && IsAccountName(property.Name[..^2]) && !property.IsShadowProperty());

    private static IReadOnlyProperty? KeyTo(IEntityType entity, Func<IReadOnlyEntityType, bool> isIt) => entity.GetForeignKeys()
        .Where(key => key.Properties.Count == 1 && !key.Properties[0].IsShadowProperty() && isIt(key.PrincipalEntityType))
        .Select(key => key.Properties[0])
        .FirstOrDefault();

    // An invite or an invoice has both keys too: a membership is named for it, or has hardly anything else.
    private static bool IsOnlyAMembership(IEntityType entity) =>
        entity.FindPrimaryKey()?.Properties.Count == 2
        || entity.ClrType.Name.Contains("Member", StringComparison.Ordinal)
        || (entity.ClrType.Name.Contains("User", StringComparison.Ordinal) && !IsUser(entity));

    private static string MembershipCall(IEntityType entity, IReadOnlyProperty user, IReadOnlyProperty account)
    {
        var role = entity.FindProperty("Role") is { } found && !found.IsShadowProperty() ? ", member => member.Role" : string.Empty;
        return $"{Builder}.MapMemberships<{entity.ClrType.Name}>(member => member.{user.Name}, member => member.{account.Name}{role});";
    }

    private static string AccountCall(IEntityType entity)
    {
        var variable = char.ToLowerInvariant(entity.ClrType.Name[0]) + entity.ClrType.Name[1..];
        var name = entity.FindProperty("Name") is null ? string.Empty : $", {variable} => {variable}.Name";
        return $"{Builder}.MapAccounts<{entity.ClrType.Name}>({variable} => {variable}.{entity.FindPrimaryKey()!.Properties[0].Name}{name});";
    }

    private static string? TrialCall(IEntityType entity)
    {
        var end = entity.GetProperties().FirstOrDefault(
            property => property.Name is "TrialEndsAt" or "TrialEnd" or "TrialEndDate" or "TrialEndsOn")
            ?? (entity.FindProperty("IsTrial") is null && !entity.ClrType.Name.Contains("Trial", StringComparison.Ordinal)
                ? null
                : entity.GetProperties().FirstOrDefault(property => property.Name is "EndsAt" or "EndDate" or "EndsOn" or "End"));
        var key = entity.FindPrimaryKey() is { Properties: [var only] } ? only : null;
        var account = IsAccount(entity) ? key : AccountKey(entity);
        if (end is null || key is null || account is null)
        {
            return null;
        }

        var isTrial = entity.FindProperty("IsTrial") is null ? string.Empty : ", isTrial: it => it.IsTrial";
        return $"{Builder}.MapTrials<{entity.ClrType.Name}>(it => it.{key.Name}, it => it.{account.Name}, end: it => it.{end.Name}{isTrial});";
    }
}

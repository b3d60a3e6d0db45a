using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Trials;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Inspects the application for the coverage report.</summary>
internal sealed class CoverageInspection(
    IServiceProvider services,
    RegisteredContexts contexts,
    IOptionsMonitor<IntileryOptions> options,
    LifecycleDiagnostics diagnostics) : IIntileryCoverage
{
    private const int MaxClaims = 20;

    // Of the protocols and of ASP.NET Core Identity: none of them names an account.
    private static readonly HashSet<string> _ownClaims = new(StringComparer.Ordinal)
    {
        "AspNet.Identity.SecurityStamp",
        "amr",
        "aud",
        "auth_time",
        "email",
        "exp",
        "iat",
        "iss",
        "jti",
        "name",
        "nbf",
        "role",
        "sid",
        "sub",
    };

    private readonly LifecycleActivity _activity = diagnostics.Activity;
    private List<ContextModel>? _models;

    public async Task<CoverageReport> GetReportAsync(CancellationToken cancellationToken)
    {
        _models ??= await Task.Run(ReadModels, cancellationToken).ConfigureAwait(false);
        return await ReportAsync(_models, Endpoints(), isStarted: true).ConfigureAwait(false);
    }

    /// <summary>Returns the report of an application that has not started, with the endpoints that it has mapped so far.</summary>
    public async Task<CoverageReport> InspectAsync(IReadOnlyList<Endpoint> endpoints, CancellationToken cancellationToken) =>
        await ReportAsync(
            await Task.Run(ReadModels, cancellationToken).ConfigureAwait(false), endpoints, isStarted: false).ConfigureAwait(false);

    /// <summary>Returns the report from the registrations alone: it creates none of the application's objects.</summary>
    public async Task<CoverageReport> GetQuickReportAsync() =>
        await ReportAsync([], EndpointAttributeUse.IsLikely() ? Endpoints() : [], isStarted: true).ConfigureAwait(false);

    private async Task<CoverageReport> ReportAsync(IReadOnlyList<ContextModel> models, IReadOnlyList<Endpoint> endpoints, bool isStarted)
    {
        var asked = EndpointEventsOf(endpoints);
        var mappings = services.GetServices<EntityMapping>().ToList();
        var users = Users.Of(models, contexts, mappings);
        var authentication = await AuthenticationAsync().ConfigureAwait(false);
        var candidates = CoverageCandidates.Of([.. models.Select(read => read.Model)], mappings);
        return new CoverageReport
        {
            Since = _activity.Since,
            Events =
                [.. LifecycleEventNames.All.Select(name => LineOf(name, mappings, users, authentication, asked, candidates, endpoints, isStarted))],
            Hints = [.. Hints(mappings, authentication, asked, candidates, endpoints)],
        };
    }

    private CoverageLine LineOf(
        string name,
        List<EntityMapping> mappings,
        Users users,
        Authentication authentication,
        ILookup<string, string> asked,
        CoverageCandidates candidates,
        IReadOnlyList<Endpoint> endpoints,
        bool isStarted)
    {
        var ways = Ways(name, mappings, users, authentication, asked).ToList();
        var count = _activity.CountOf(name);
        var line = new CoverageLine { EventName = name, Status = CoverageStatus.Ready, CapturedBy = ways, Count = count?.Total ?? 0, LastSeenAt = count?.LastAt };
        if (count is not null)
        {
            return line with { Status = CoverageStatus.Seen };
        }

        if (!options.CurrentValue.Enabled)
        {
            return line with { Status = CoverageStatus.Impossible, CapturedBy = [], Reason = "Tracking is switched off by Intilery:Enabled." };
        }

        if (isStarted && !services.GetRequiredService<CaptureSwitch>().IsOn)
        {
            return line with
            {
                Status = CoverageStatus.Missing,
                CapturedBy = [],
                Reason = "UseIntileryLifecycleTracking() is not called.",
                Fix = "app.UseIntileryLifecycleTracking();",
            };
        }

        if (ways.Count > 0)
        {
            return line;
        }

        var (status, reason, fix) = WhyNot(name, users, authentication, candidates, endpoints);
        return line with { Status = status, Reason = reason, Fix = fix };
    }

    private IEnumerable<string> Ways(
        string name, List<EntityMapping> mappings, Users users, Authentication authentication, ILookup<string, string> asked)
    {
        switch (name)
        {
            case LifecycleEventNames.SignedUp:
                foreach (var context in users.Contexts)
                {
                    yield return $"new users of {context} (ASP.NET Core Identity)";
                }

                foreach (var call in users.Mapped)
                {
                    yield return call;
                }

                break;

            case LifecycleEventNames.SignedIn or LifecycleEventNames.SignedOut when !authentication.IsBypassed
                && authentication.Tracked.Count > 0:
                yield return $"sessions of {string.Join(", ", authentication.Tracked)}";
                break;

            case LifecycleEventNames.AccountCreated or LifecycleEventNames.AccountDeleted:
                foreach (var mapping in mappings.OfType<AccountMapping>())
                {
                    yield return mapping.Call;
                }

                break;

            case LifecycleEventNames.AccountAddedUser or LifecycleEventNames.AccountRemovedUser:
                foreach (var mapping in mappings.Where(mapping => mapping is MembershipMapping or UserMapping { Tenant: not null }))
                {
                    yield return mapping.Call;
                }

                foreach (var column in users.AccountColumns)
                {
                    yield return $"the column {column}";
                }

                break;

            case LifecycleEventNames.TrialStarted or LifecycleEventNames.TrialEnded:
                foreach (var mapping in mappings.OfType<TrialMapping>())
                {
                    yield return mapping.Call;
                }

                if (name == LifecycleEventNames.TrialEnded
                    && services.GetRequiredService<TrialClockPolicy>().RunsClock
                    && (mappings.OfType<TrialMapping>().Any() || asked.Contains(LifecycleEventNames.TrialStarted) || _activity.CountOf(LifecycleEventNames.TrialStarted) is not null))
                {
                    yield return "the trial clock, at the end of a trial that was started";
                }

                break;
        }

        foreach (var endpoint in asked[name])
        {
            yield return endpoint;
        }
    }

    private (CoverageStatus Status, string Reason, string? Fix) WhyNot(
        string name, Users users, Authentication authentication, CoverageCandidates candidates, IReadOnlyList<Endpoint> endpoints)
    {
        const string Tracker = "await tracker.TrackAsync(new ";
        switch (name)
        {
            case LifecycleEventNames.SignedUp when contexts.UnwatchedWithIdentityUsers is [var (type, cause), ..]:
                return (CoverageStatus.Missing, $"{type.Name} holds the users and is not watched: {cause}.", $"builder.Services.AddDbContext<{type.Name}>(…);");

            case LifecycleEventNames.SignedUp:
                return contexts.OtherUserStores.Count > 0
                    ? (CoverageStatus.Missing, $"Users are kept by {string.Join(", ", contexts.OtherUserStores)}, which is not watched.", Tracker + "SignedUp { UserId = user.Id });")
                    : (CoverageStatus.Missing, "No DbContext with ASP.NET Core Identity users is registered.", Tracker + "SignedUp { UserId = user.Id });");

            case LifecycleEventNames.SignedIn or LifecycleEventNames.SignedOut:
                var word = name == LifecycleEventNames.SignedIn ? "SignedIn" : "SignedOut";
                return !authentication.IsRegistered
                    ? (CoverageStatus.Impossible, "The application has no authentication.", null)
                    : authentication.IsBypassed
                        ? (CoverageStatus.Missing, "The registered IAuthenticationService bypasses Intilery's.", "builder.Services.AddIntilery(); // after the code that registers it")
                        : authentication.Tokens.Count > 0
                            ? (CoverageStatus.Missing, $"{string.Join(", ", authentication.Tokens)} only validates tokens: sign-ins happen where they are issued.", $"[Track{word}] // on the endpoint that issues or revokes the token")
                            : (CoverageStatus.Missing, "No registered scheme is tracked.", "\"Intilery\": { \"TrackedSchemes\": [ \"…\" ] }");

            case LifecycleEventNames.AccountCreated:
                return (CoverageStatus.Missing, "No entity is mapped as an account, and no endpoint tracks one.", candidates.AccountFix ?? "[TrackAccountCreated] // on the endpoint that creates an account");

            case LifecycleEventNames.AccountDeleted:
                return (CoverageStatus.Missing, "No entity is mapped as an account, and no endpoint tracks one.", candidates.AccountFix ?? "[TrackAccountDeleted] // on the endpoint that deletes an account");

            case LifecycleEventNames.AccountAddedUser or LifecycleEventNames.AccountRemovedUser:
                var attribute = name == LifecycleEventNames.AccountAddedUser ? "[TrackAccountAddedUser]" : "[TrackAccountRemovedUser]";
                return (
                    CoverageStatus.Missing,
                    users.Contexts.Count > 0
                        ? $"No entity is mapped as a membership. Without a mapping, only stored claims of type {string.Join(" or ", options.CurrentValue.Tenant.EffectiveClaimTypes)} are memberships."
                        : "No entity is mapped as a membership, and no endpoint tracks one.",
                    candidates.MembershipFix ?? attribute + " // on the endpoint that changes members");

            case LifecycleEventNames.InviteSent:
                return (CoverageStatus.Missing, "No endpoint tracks invites.", CoverageCandidates.InviteFix(endpoints) ?? "[TrackInviteSent] // on the endpoint that sends invites");

            case LifecycleEventNames.TrialEnded when !services.GetRequiredService<TrialClockPolicy>().RunsClock
                && _activity.CountOf(LifecycleEventNames.TrialStarted) is not null:
                return (CoverageStatus.Impossible, "The trial clock does not run: this outbox belongs to one process, and another may end the trial.", CoverageCandidates.Builder + ".UseEntityFrameworkOutbox<AppDbContext>();");

            default:
                return (
                    CoverageStatus.Missing,
                    "No entity is mapped as a trial, and no endpoint tracks one.",
                    candidates.TrialFix
                        ?? (name == LifecycleEventNames.TrialStarted ? "[TrackTrialStarted] // on the endpoint that starts a trial" : "[TrackTrialEnded] // on the endpoint that ends a trial"));
        }
    }

    // What goes wrong now comes first, and after it what could be added.
    private IEnumerable<string> Hints(
        List<EntityMapping> mappings,
        Authentication authentication,
        ILookup<string, string> asked,
        CoverageCandidates candidates,
        IReadOnlyList<Endpoint> endpoints)
    {
        foreach (var near in NearlyNamedSections())
        {
            yield return $"The configuration has a section '{near}', which nothing reads: should it be 'Intilery'?";
        }

        foreach (var key in options.CurrentValue.UnknownKeys)
        {
            yield return $"The configuration's key {key} is unknown, perhaps misspelled.";
        }

        // With mapped memberships a user has none at the sign-in that follows the sign-up.
        var first = mappings.Exists(mapping => mapping is MembershipMapping or UserMapping { Tenant: not null })
            ? _activity.CountOf(LifecycleEventNames.SignedUp)?.Total ?? 0
            : 0;
        if (_activity.CountOf(LifecycleEventNames.SignedIn) is { WithAccount: 0 } signIns && signIns.Total > first)
        {
            yield return $"{Plural.Of(signIns.Total, "sign-in", "sign-ins")}, and none with an account: no principal had a claim of type {string.Join(" or ", options.CurrentValue.Tenant.EffectiveClaimTypes)}. {OtherClaims()}, or call AddIntilery().UseTenantResolver<T>().";
        }

        if (_activity.CureOfDifferentIds is { } cure)
        {
            yield return $"A user signed in whose principal has another id than the key of the user's row, so that one person becomes two. {cure}.";
        }

        foreach (var (type, cause) in contexts.Unwatched)
        {
            yield return $"{type.Name} is not watched: {cause}. What is saved with it is not captured. Register it with AddDbContext<{type.Name}>(…).";
        }

        if (contexts.OtherUserStores.Count > 0 && contexts.WithIdentityUsers.Count > 0)
        {
            yield return $"{string.Join(", ", contexts.OtherUserStores)} is not watched: it is not a store of EF Core. Track sign-ups in its code: await tracker.TrackAsync(new SignedUp {{ UserId = user.Id }}).";
        }

        if (authentication.Tokens.Count > 0 && !asked.Contains(LifecycleEventNames.SignedIn))
        {
            yield return $"{string.Join(", ", authentication.Tokens)} only validates tokens, so sign-ins with them are not seen. If this application issues the tokens, track that: [TrackSignedIn] on {CoverageCandidates.TokenEndpoint(endpoints) ?? "the endpoint"}, or await tracker.TrackAsync(new SignedIn {{ UserId = user.Id }}).";
        }

        foreach (var (reason, count) in _activity.Reasons)
        {
            if (reason == Reasons.BulkChange)
            {
                yield return $"{Plural.Of(count.Total, "bulk change", "bulk changes")} of watched tables (ExecuteUpdate, ExecuteDelete, ExecuteSqlRaw) sent no events. Track them from code: await tracker.TrackAsync(…).";
            }
        }

        foreach (var hint in candidates.Hints)
        {
            yield return hint;
        }

        if (endpoints.Where(
            endpoint =>
                endpoint.Metadata.OfType<TypedEventMetadata>().Any()).Select(NameOf).Distinct().ToList() is { Count: > 0 } functions)
        {
            yield return $"{string.Join(", ", functions)} {(functions.Count == 1 ? "tracks" : "track")} events by a function (Track, TrackEach). Which ones is known when they happen: a line above may say that they are missing.";
        }
    }

    // Types only: values are the user's.
    private string OtherClaims()
    {
        if (_activity.ClaimTypesWithoutTenant is not { } types)
        {
            return "Set Intilery:Tenant:ClaimType to the type of the claim with the account's id";
        }

        return types.Where(type => !_ownClaims.Contains(type) && !type.StartsWith("http://schemas.", StringComparison.Ordinal)).Take(MaxClaims).ToList() switch
        {
            [] =>
                $"A principal had standard claims alone. Add a claim of type {options.CurrentValue.Tenant.EffectiveClaimTypes[0]} with the account's id where the principal is made",
            [var other] =>
                $"A principal had a claim of type {other}. If that is the account's id, set \"Intilery:Tenant:ClaimType\": \"{other}\"",
            var others =>
                $"A principal had claims of the types {string.Join(", ", others)}. Set Intilery:Tenant:ClaimType to the one that has the account's id",
        };
    }

    private IEnumerable<string> NearlyNamedSections() => services.GetService<IConfiguration>()?.GetChildren()
        .Select(section => section.Key)
        .Where(
            key => !string.Equals(key, "Intilery", StringComparison.OrdinalIgnoreCase)
                && key.Length is >= 6 and <= 12
                && Distance(key.ToUpperInvariant(), "INTILERY") <= 2)
            ?? [];

    // Levenshtein's, of two short words.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }

    private async Task<Authentication> AuthenticationAsync()
    {
        if (services.GetService<IAuthenticationSchemeProvider>() is not { } schemes)
        {
            return new Authentication(false, false, [], []);
        }

        var all = await schemes.GetAllSchemesAsync().ConfigureAwait(false);
        return new Authentication(
            true,
            await services.GetRequiredService<AuthenticationPath>().IsBypassedAsync(services).ConfigureAwait(false),
            await services.GetRequiredService<TrackedSchemes>().NamesAsync().ConfigureAwait(false),
            [.. all.Where(scheme => scheme.HandlerType.Name == "JwtBearerHandler").Select(scheme => scheme.Name)]);
    }

    private IReadOnlyList<Endpoint> Endpoints() => services.GetService<EndpointDataSource>() is { } source
        ? services.GetRequiredService<EndpointInspection>().EndpointsOf(source)
        : [];

    // Keyed by the event's name: "[TrackInviteSent] on POST /teams/{id}/invites".
    private ILookup<string, string> EndpointEventsOf(IReadOnlyList<Endpoint> endpoints) => endpoints
        .SelectMany(endpoint => AsksOf(endpoint).Select(ask => (Name: EventOf(ask), Text: $"[{ask}] on {NameOf(endpoint)}")))
        .Where(asked => asked.Name is not null)
        .Distinct()
        .ToLookup(asked => asked.Name!, asked => asked.Text, StringComparer.Ordinal);

    private IEnumerable<string> AsksOf(Endpoint endpoint) => services.GetRequiredService<EndpointInspection>()
        .AttributesOf(endpoint)
        .Where(attribute => attribute is not TrackEventAttribute)
        .Select(EventTemplate.NameOf)
        .Distinct();

    // TrackInviteSent asks for Invite Sent.
    private static string? EventOf(string ask) =>
        LifecycleEventNames.All.FirstOrDefault(name => "Track" + name.Replace(" ", string.Empty, StringComparison.Ordinal) == ask);

    private static string NameOf(Endpoint endpoint)
    {
        var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var one] ? one + " " : string.Empty;
        return endpoint is RouteEndpoint { RoutePattern.RawText: { } route } ? $"{method}/{route.TrimStart('/')}"
            : endpoint.Metadata.GetMetadata<ActionDescriptor>()?.DisplayName ?? endpoint.DisplayName ?? "an endpoint";
    }

    private List<ContextModel> ReadModels()
    {
        var models = new List<ContextModel>();
        foreach (var type in contexts.Types)
        {
            try
            {
                using var scope = services.CreateScope();
                if (scope.ServiceProvider.GetService(type) is DbContext context)
                {
                    models.Add(new ContextModel(type, context.Model));
                }
            }
            catch (Exception exception)
            {
                // The application's own code; the report omits this model.
                diagnostics.Failed($"reading the model of {type.Name}", exception);
            }
        }

        return models;
    }

    /// <summary>The application's authentication, for the report.</summary>
    private sealed record Authentication(bool IsRegistered, bool IsBypassed, IReadOnlyList<string> Tracked, IReadOnlyList<string> Tokens);

    /// <summary>A context of the application, and its model.</summary>
    private sealed record ContextModel(Type Context, IModel Model);

    /// <summary>The user classes of the application.</summary>
    /// <param name="Contexts">The contexts with users of ASP.NET Core Identity.</param>
    /// <param name="Mapped">The mappings of other users.</param>
    /// <param name="AccountColumns">The columns of users that contain their account, by convention.</param>
    private sealed record Users(IReadOnlyList<string> Contexts, IReadOnlyList<string> Mapped, IReadOnlyList<string> AccountColumns)
    {
        public static Users Of(IReadOnlyList<ContextModel> models, RegisteredContexts contexts, IReadOnlyList<EntityMapping> mappings)
        {
            var mapped = mappings.OfType<UserMapping>().ToList();
            var watched = models.Where(read => !contexts.Unwatched.Any(context => context.Type == read.Context)).ToList();
            var found = watched
                .SelectMany(read => read.Model.GetEntityTypes().Select(entity => (read.Context, Type: entity.ClrType)))
                .Where(user => IdentityWatches.IsUser(user.Type))
                .ToList();
            Type[] types = [.. contexts.IdentityUsers, .. mapped.Select(mapping => mapping.Type), .. found.Select(user => user.Type)];
            return new Users(
                [.. contexts.WithIdentityUsers.Concat(found.Select(user => user.Context.Name)).Distinct()],
                [.. mapped.Where(mapping => !IdentityWatches.IsUser(mapping.Type)).Select(mapping => mapping.Call).Distinct()],
                [.. types
                    .Where(type => !mapped.Exists(mapping => mapping.Tenant is not null && mapping.Type.IsAssignableFrom(type)))
                    .Select(type => AccountColumnOf(type, watched))
                    .OfType<string>()
                    .Distinct()]);
        }

        // By the model, if it was read: a property of the class may not be mapped.
        private static string? AccountColumnOf(Type type, IReadOnlyList<ContextModel> models)
        {
            var entities = models.Select(read => read.Model.FindEntityType(type)).OfType<IEntityType>().ToList();
            var name = IdentityWatches.TenantNames.FirstOrDefault(name =>
                entities.Count > 0
                    ? entities.Exists(entity => entity.FindProperty(name) is not null)
                    : Array.Exists(type.GetProperties(), property => property.Name == name));
            return name is null ? null : $"{type.Name}.{name}";
        }
    }
}

using System.Text.Json.Nodes;
using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Trials;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Commands;

/// <summary>Something that was checked.</summary>
/// <param name="Name">What.</param>
/// <param name="IsGood">Whether it is as it should be; <see langword="null"/> if it was not checked.</param>
/// <param name="Text">What was found, and what to do about it.</param>
internal sealed record DoctorCheck(string Name, bool? IsGood, string Text);

/// <summary>A line of the start report.</summary>
internal sealed record DoctorLine(string Name, string Value);

/// <summary>
/// Checks the set-up: what is captured, whether the API takes the token, whether the outbox can be used, whether the clock is right.
/// </summary>
internal sealed class Doctor(
    IServiceProvider services,
    TrackingApiClient client,
    RegisteredContexts contexts,
    RuntimeMode mode,
    IOptionsMonitor<IntileryOptions> options,
    TimeProvider time)
{
    /// <summary>How far the clock may be from Intilery's: events are ordered and joined to browsers' by time.</summary>
    private static readonly TimeSpan _clockTolerance = TimeSpan.FromSeconds(30);

    /// <summary>Prints the coverage report and all checks, as text or as JSON. Returns whether every check is good.</summary>
    public async Task<bool> RunAsync(TextWriter output, IReadOnlyList<Endpoint> endpoints, bool asJson, CancellationToken cancellationToken)
    {
        var report =
            await services.GetRequiredService<CoverageInspection>().InspectAsync(endpoints, cancellationToken).ConfigureAwait(false);
        if (asJson)
        {
            return await WriteJsonAsync(output, report, cancellationToken).ConfigureAwait(false);
        }

        await output.WriteLineAsync("Events").ConfigureAwait(false);
        await output.WriteAsync(report.ToString()).ConfigureAwait(false);
        if (endpoints.Count == 0)
        {
            await output.WriteLineAsync(
                "! No endpoint is mapped yet, so that attributes are not seen: call RunIntileryCommandAsync after the last Map…, before RunAsync.").ConfigureAwait(false);
        }

        await output.WriteLineAsync().ConfigureAwait(false);
        await output.WriteLineAsync("Set-up").ConfigureAwait(false);
        foreach (var line in await DescribeAsync(cancellationToken).ConfigureAwait(false))
        {
            await output.WriteLineAsync($"{line.Name,-21} {line.Value}").ConfigureAwait(false);
        }

        await output.WriteLineAsync().ConfigureAwait(false);
        await output.WriteLineAsync("Checks").ConfigureAwait(false);
        var isGood = true;
        foreach (var check in await CheckAsync(cancellationToken).ConfigureAwait(false))
        {
            isGood &= check.IsGood != false;
            await output.WriteLineAsync($"{check.Name,-21} {Word(check.IsGood),-10} {check.Text}").ConfigureAwait(false);
        }

        return isGood;
    }

    /// <summary>Returns what tracking is set up with, as the start-up line has it.</summary>
    public async Task<IReadOnlyList<DoctorLine>> DescribeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var configured = options.CurrentValue;
        var schemes = services.GetService<IAuthenticationSchemeProvider>() is null
            ? []
            : await services.GetRequiredService<TrackedSchemes>().NamesAsync().ConfigureAwait(false);
        return
        [
            new DoctorLine("Environment", services.GetRequiredService<IHostEnvironment>().EnvironmentName),
            new DoctorLine("Schemes", List(schemes)),
            new DoctorLine("Contexts", List(contexts.WithIdentityUsers)),
            new DoctorLine("Tenant claims", List(configured.Tenant.EffectiveClaimTypes)),
            new DoctorLine(
                "Outbox",
                !mode.KeepsEvents
                    ? "none: events are shown, and neither kept nor delivered"
                    : mode.SharesOutbox
                    ? "the application's database"
                    : configured.Outbox.Path ?? "a folder of this machine"),
            new DoctorLine("Destination", configured.HasNoAccount ? "none" : configured.Destination),
        ];
    }

    /// <summary>Asks the API, without sending it an event.</summary>
    public async Task<IReadOnlyList<DoctorCheck>> CheckApiAsync(CancellationToken cancellationToken)
    {
        var configured = options.CurrentValue;
        if (configured.ClientId is null || configured.AuthToken is null)
        {
            const string Missing = "No account is configured: set Intilery:ClientId and Intilery:AuthToken.";
            return [new DoctorCheck("API", null, Missing), new DoctorCheck("Token", null, Missing), new DoctorCheck("Clock", null, "Compared with the API's.")];
        }

        var settings = DeliverySettings.Of(configured);
        // A batch without calls: it is read, and records nothing.
        var answer = await client.SendAsync(settings, new Batch([]), time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var decision = DeliveryRules.Decide(answer, DeliveryRules.UnreadableTries);
        var host = new Uri(settings.Destination).Authority;

        // That the batch is empty may be refused: it was read then, which takes an accepted token.
        var isRead = decision is DeliveryDecision.Acknowledge or DeliveryDecision.Bisect;
        return
        [
            new DoctorCheck(
                "API", answer.Status is not null, answer.Status is null ? SampleAdvice.For(answer, settings) : $"{host} answers."),
            isRead ? new DoctorCheck("Token", true, $"Accepted for {settings.Destination}.")
                : answer.Status is null ? new DoctorCheck("Token", null, "There was no answer.")
                : new DoctorCheck(
                    "Token",
                    decision == DeliveryDecision.Pause ? false : null,
                    $"{answer.Outcome.TrimEnd('.')}. {SampleAdvice.For(answer, settings)}"),
            CheckClock(answer.ServerTime),
        ];
    }

    /// <summary>Checks the folders that the outbox may be in, as the start does: the first that can be used is the one.</summary>
    public static DoctorCheck CheckFolders(IReadOnlyList<string> folders)
    {
        var faults = new List<string>();
        foreach (var folder in folders)
        {
            if (OutboxFolder.Fault(folder) is { } fault)
            {
                faults.Add($"{folder} cannot be used: {fault.TrimEnd('.')}.");
                continue;
            }

            return new DoctorCheck("Outbox", true, string.Join(' ', [.. faults, $"{folder} can be written."]));
        }

        return new DoctorCheck("Outbox", false, string.Join(' ', [.. faults, "Set Intilery:Outbox:Path to a writable folder."]));
    }

    private async Task<IReadOnlyList<DoctorCheck>> CheckAsync(CancellationToken cancellationToken) =>
        [.. await CheckApiAsync(cancellationToken).ConfigureAwait(false), await CheckOutboxAsync(cancellationToken).ConfigureAwait(false), .. CheckTrials()];

    // Only the start of the application throws for them, and no command starts it.
    private IEnumerable<DoctorCheck> CheckTrials() =>
        services.GetRequiredService<TrialClockPolicy>().Fault(services.GetServices<EntityMapping>()) is { } fault
            ? [new DoctorCheck("Trials", false, fault)]
            : [];

    private async Task<bool> WriteJsonAsync(TextWriter output, CoverageReport report, CancellationToken cancellationToken)
    {
        var (setUp, checks) =
            (await DescribeAsync(cancellationToken).ConfigureAwait(false), await CheckAsync(cancellationToken).ConfigureAwait(false));
        await output.WriteLineAsync(new JsonObject
        {
            ["events"] = new JsonArray([.. report.Events.Select(line => new JsonObject
            {
                ["event"] = line.EventName,
                ["status"] = line.Status.ToString(),
                ["capturedBy"] = new JsonArray([.. line.CapturedBy.Select(source => (JsonNode)source)]),
                ["reason"] = line.Reason,
                ["fix"] = line.Fix,
            })]),
            ["hints"] = new JsonArray([.. report.Hints.Select(hint => (JsonNode)hint)]),
            ["setUp"] = new JsonObject(setUp.Select(line => KeyValuePair.Create(line.Name, (JsonNode?)line.Value))),
            ["checks"] = new JsonArray(
                [.. checks.Select(check => new JsonObject { ["name"] = check.Name, ["isGood"] = check.IsGood, ["text"] = check.Text })]),
        }.ToJsonString(CommandLine.Indented)).ConfigureAwait(false);
        return checks.All(check => check.IsGood != false);
    }

    private DoctorCheck CheckClock(DateTimeOffset? serverTime)
    {
        if (serverTime is not { } there)
        {
            return new DoctorCheck("Clock", null, "The API's answer has no date.");
        }

        var off = (time.GetUtcNow() - there).Duration();
        return off <= _clockTolerance
            ? new DoctorCheck("Clock", true, "It agrees with Intilery's to within 30 seconds.")
            : new DoctorCheck(
                "Clock", false, $"It differs from Intilery's by {off.TotalSeconds:0} seconds: set this machine's clock by NTP.");
    }

    private async Task<DoctorCheck> CheckOutboxAsync(CancellationToken cancellationToken)
    {
        if (!mode.KeepsEvents)
        {
            return new DoctorCheck("Outbox", null, "No events are kept.");
        }

        if (!mode.SharesOutbox)
        {
            return CheckFolders(
                OutboxFolder.Candidates(options.CurrentValue.Outbox, services.GetRequiredService<IHostEnvironment>().ContentRootPath));
        }

        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(TimeSpan.FromSeconds(10));
            var store = services.GetRequiredService<IOutboxStore>();
            var status = await store.GetStatusAsync(timeout.Token).ConfigureAwait(false);

            // The other two tables, of which an update of the package may ask for columns that a migration has still to add.
            _ = await store.ReadNodesAsync(timeout.Token).ConfigureAwait(false);
            _ = await services.GetRequiredService<IIntileryOutbox>().ListOtherDestinationsAsync(timeout.Token).ConfigureAwait(false);
            return new DoctorCheck(
                "Tables", true, $"The outbox's tables exist. Waiting: {status.Rows}. Dead letters: {status.DeadLetters}.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // For the operator: the database's own error message.
            return new DoctorCheck(
                "Tables",
                false,
                $"{exception.GetBaseException().Message.Trim().TrimEnd('.')}. {StoreFaults.AdviceFor(StoreFaults.Of(exception)) ?? "The log has the reason."}");
        }
    }

    private static string Word(bool? isGood) => isGood switch { true => "good", false => "FAILED", null => "unchecked" };

    private static string List(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";
}

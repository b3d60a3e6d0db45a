using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Commands;

/// <summary>Carries out the commands that look into the outbox or change it, in the process that has it.</summary>
internal sealed class OperatorCommands(
    IIntileryOutbox outbox,
    IOutboxStore store,
    OutboxInspection inspection,
    DeliveryState delivery,
    RuntimeMode mode,
    BackfillJob backfill,
    IOptionsMonitor<IntileryOptions> options)
{
    private const int PageSize = 100;

    // A command opens its first connection to the database; nothing else waits for it.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>Carries out a command.</summary>
    /// <param name="request">The command.</param>
    /// <param name="isApplication">
    /// Whether this process is the application, and not the command's own, which delivers nothing meanwhile.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CommandAnswer> RunAsync(CommandRequest request, bool isApplication, CancellationToken cancellationToken)
    {
        try
        {
            return await (request.Name switch
            {
                "status" => StatusAsync(isApplication, cancellationToken),
                "dead-letters list" => ListDeadLettersAsync(request, cancellationToken),
                "dead-letters retry" => ChangeDeadLettersAsync(request, "retried", outbox.RetryDeadLettersAsync, cancellationToken),
                "dead-letters purge" => ChangeDeadLettersAsync(request, "deleted", outbox.PurgeDeadLettersAsync, cancellationToken),
                "destinations list" => ListDestinationsAsync(cancellationToken),
                "destinations redirect" =>
                    ChangeDestinationAsync(request, "redirected", outbox.RedirectDestinationAsync, cancellationToken),
                "destinations purge" => ChangeDestinationAsync(request, "deleted", outbox.PurgeDestinationAsync, cancellationToken),
                "backfill" => Task.FromResult(backfill.Begin(BackfillCommand.RequestOf(request))),
                BackfillJob.Look => Task.FromResult(backfill.Answer()),
                BackfillJob.Stop => Task.FromResult(backfill.Cancel()),
                "export" => ExportAsync(request.Arguments[0], cancellationToken),
                "erase" => EraseAsync(request.Arguments[0], cancellationToken),
                _ => throw new InvalidOperationException($"There is no operator command '{request.Name}'."),
            }).ConfigureAwait(false);
        }
        catch (Exception exception) when (CommandAnswer.IsAnswer(exception))
        {
            // What could not be reached is the command's answer, not a fault of the process that carries it out.
            return CommandAnswer.Failed(exception);
        }
    }

    private async Task<CommandAnswer> StatusAsync(bool isApplication, CancellationToken cancellationToken)
    {
        var snapshot = await inspection.LookAsync(_patience, cancellationToken).ConfigureAwait(false);
        var others = await outbox.ListOtherDestinationsAsync(cancellationToken).ConfigureAwait(false);
        var destination = options.CurrentValue.Destination;
        var here = snapshot.Rows - snapshot.Elsewhere;
        var processes = await store.ReadNodesAsync(cancellationToken).ConfigureAwait(false);
        var delivered = processes is null ? DescribeDelivery(isApplication, here) : DescribeDelivery(processes);
        var text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"Destination: {destination}")
            .AppendLine(CultureInfo.InvariantCulture, $"Delivery: {delivered}")
            .AppendLine(here == 0 ? "Waiting: nothing" : $"Waiting: {Count(here, "event")}, the oldest for {new Duration(snapshot.Age)}")
            .AppendLine(snapshot.DeadLetters == 0
                ? "Rejected: nothing"
                : $"Rejected: {Count(snapshot.DeadLetters, "event")}; 'intilery dead-letters list' shows why");
        if (snapshot.Newer > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Left to a newer version of Intilery.AspNetCore: at least {snapshot.Newer}");
        }

        foreach (var other in others)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Waiting for another destination: {Describe(other)}");
        }

        if (processes is { Count: > 0 })
        {
            text.AppendLine(
                CultureInfo.InvariantCulture, $"Registered processes: {string.Join(", ", processes.Select(process => process.Name))}");
        }

        return Answer(ExitCodes.Done, text.ToString(), new JsonObject
        {
            ["destination"] = destination,
            ["delivery"] = delivered,
            ["processes"] = processes is null
                ? null
                : new JsonArray(
                    [.. processes.Select(process => new JsonObject { ["name"] = process.Name, ["delivers"] = process.HoldsLease })]),
            ["waiting"] = here,
            ["oldestWaitingSeconds"] = Math.Round(snapshot.Age.TotalSeconds, 3),
            ["rejected"] = snapshot.DeadLetters,
            ["ofNewerVersion"] = snapshot.Newer,
            ["otherDestinations"] = ToJson(others),
        });
    }

    // Only the process itself knows how its delivery goes: the one that owns the file, or that holds the lease of the database.
    private static string DescribeDelivery(IReadOnlyList<OutboxNode> processes) =>
        processes.FirstOrDefault(process => process.HoldsLease) is { } deliverer
            ? $"the process {deliverer.Name} has the lease"
            : "no process has the lease";

    private string DescribeDelivery(bool isApplication, long waiting) =>
        !isApplication ? "no process of the application runs"
        : !mode.Delivers ? "off in the running process, by Intilery:Delivery:Enabled"
        : delivery.Pause is { } pause ? DeliveryAdvice.For(pause, Plural.Of(waiting, "event waits", "events wait"))
        : delivery.Trouble is { } trouble ? DeliveryAdvice.For(trouble, Plural.Of(waiting, "event waits", "events wait"))
        : "on";

    private async Task<CommandAnswer> ListDeadLettersAsync(CommandRequest request, CancellationToken cancellationToken)
    {
        var max = (int)Math.Clamp(Number(request, "--max", PageSize), 1, 10_000);
        var letters = await outbox.ListDeadLettersAsync(max, Number(request, "--after", 0), cancellationToken).ConfigureAwait(false);
        var text = new StringBuilder();
        foreach (var letter in letters)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture, $"{letter.Id}  {letter.RejectedAt:u}  {letter.EventName}  {letter.UserId}: {letter.Reason}");
        }

        if (letters.Count == 0)
        {
            text.AppendLine("No event was rejected.");
        }
        else if (letters.Count == max)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"The next page: intilery dead-letters list --after {letters[^1].Id}");
        }

        return Answer(ExitCodes.Done, text.ToString(), new JsonArray([.. letters.Select(ToJson)]));
    }

    private async Task<CommandAnswer> ChangeDeadLettersAsync(
        CommandRequest request,
        string done,
        Func<IReadOnlyCollection<long>, CancellationToken, Task<int>> change,
        CancellationToken cancellationToken)
    {
        var changed = 0;
        if (request.Has("--all"))
        {
            var after = 0L;
            while (await outbox.ListDeadLettersAsync(PageSize, after, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
            {
                after = page[^1].Id;
                changed += await change([.. page.Select(letter => letter.Id)], cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            var ids = request.Arguments.Select(id => long.Parse(id, CultureInfo.InvariantCulture)).ToArray();
            changed = await change(ids, cancellationToken).ConfigureAwait(false);
        }

        var isDone = request.Has("--all") || changed == request.Arguments.Count;
        return Answer(
            isDone ? ExitCodes.Done : ExitCodes.Failed,
            $"{Count(changed, "rejected event")} {done}.{(isDone ? string.Empty : changed == 0 ? " No id is known: 'intilery dead-letters list' shows them." : " The other ids are unknown.")}",
            new JsonObject { [done] = changed });
    }

    private async Task<CommandAnswer> ListDestinationsAsync(CancellationToken cancellationToken)
    {
        var others = await outbox.ListOtherDestinationsAsync(cancellationToken).ConfigureAwait(false);
        return Answer(
            ExitCodes.Done,
            others.Count == 0 ? "Nothing waits for another destination." : string.Join(Environment.NewLine, others.Select(Describe)),
            ToJson(others));
    }

    private async Task<CommandAnswer> ChangeDestinationAsync(
        CommandRequest request,
        string done,
        Func<IntileryOtherDestination, CancellationToken, Task<bool>> change,
        CancellationToken cancellationToken)
    {
        var address = request.Arguments[0];
        var others = await outbox.ListOtherDestinationsAsync(cancellationToken).ConfigureAwait(false);
        if (others.FirstOrDefault(other => other.Address == address) is not { } chosen)
        {
            return CommandAnswer.Failed($"Nothing waits for {address}. 'intilery destinations list' shows what there is.");
        }

        return await change(chosen, cancellationToken).ConfigureAwait(false)
            ? Answer(
                ExitCodes.Done,
                $"{Describe(chosen)}: {done}.",
                new JsonObject { [done] = true, ["events"] = chosen.Events, ["runningTrials"] = chosen.RunningTrials })
            : CommandAnswer.Failed($"What waits for {address} changed meanwhile. Nothing was {done}; run this again.");
    }

    private async Task<CommandAnswer> EraseAsync(string userId, CancellationToken cancellationToken)
    {
        var erased = await outbox.PurgeUserAsync(userId, cancellationToken).ConfigureAwait(false);
        var unreached = (await outbox.ExportUserAsync(userId, cancellationToken).ConfigureAwait(false)).Unreached;
        var text = new StringBuilder()
            .Append(
                erased == 0 && unreached.Count == 0
                    ? $"Nothing is held of {userId}. "
                    : $"{Plural.Of(erased, "entry", "entries")} of {userId} erased. ")
            .AppendLine("Ask Intilery to erase what it has already received.");
        foreach (var name in unreached)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Not reached: {name}");
        }

        return Answer(
            unreached.Count == 0 ? ExitCodes.Done : ExitCodes.Failed,
            text.ToString(),
            new JsonObject { ["erased"] = erased, ["unreached"] = ToJson(unreached) });
    }

    // For the person whose data they are: as JSON, with and without --json.
    private async Task<CommandAnswer> ExportAsync(string userId, CancellationToken cancellationToken)
    {
        var held = await outbox.ExportUserAsync(userId, cancellationToken).ConfigureAwait(false);
        var json = new JsonObject
        {
            ["userId"] = held.UserId,
            ["waiting"] = new JsonArray([.. held.Waiting.Select(waiting => new JsonObject
            {
                ["id"] =
                    waiting.Id, ["address"] = waiting.Address, ["recordedAt"] = waiting.RecordedAt, ["message"] = MessageOf(waiting.Json),
            })]),
            ["rejected"] = new JsonArray([.. held.DeadLetters.Select(ToJson)]),
            ["undecided"] = new JsonArray([.. held.Undecided.Select(undecided => MessageOf(undecided))]),
            ["trials"] = new JsonArray([.. held.Trials.Select(trial => new JsonObject
            {
                ["trialId"] = trial.TrialId,
                ["accountId"] = trial.GroupId,
                ["start"] = trial.StartDate,
                ["end"] = trial.EndDate,
                ["plan"] = trial.PlanName,
                ["endedAt"] = trial.EndedAt,
            })]),
            ["unreached"] = ToJson(held.Unreached),
        };
        return Answer(held.Unreached.Count == 0 ? ExitCodes.Done : ExitCodes.Failed, json.ToJsonString(CommandLine.Indented), json);
    }

    private static long Number(CommandRequest request, string option, long otherwise) =>
        request.Options.TryGetValue(option, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string Describe(IntileryOtherDestination other) =>
        $"{other.Address}: {Count(other.Events, "event")}, {Count(other.RunningTrials, "running trial")}";

    private static JsonObject ToJson(IntileryDeadLetter letter) => new()
    {
        ["id"] = letter.Id,
        ["event"] = letter.EventName,
        ["userId"] = letter.UserId,
        ["reason"] = letter.Reason,
        ["rejectedAt"] = letter.RejectedAt,
        ["message"] = MessageOf(letter.Json),
    };

    // Of a dead letter that cannot be read it is null, or the text that is there.
    private static JsonNode? MessageOf(string json)
    {
        try
        {
            return json.Length == 0 ? null : JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return JsonValue.Create(json);
        }
    }

    private static JsonArray ToJson(IReadOnlyList<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static JsonArray ToJson(IReadOnlyList<IntileryOtherDestination> others) => [.. others.Select(other => new JsonObject
    {
        ["address"] = other.Address, ["events"] = other.Events, ["runningTrials"] = other.RunningTrials,
    })];

    private static string Count(long count, string noun) => Plural.Of(count, noun, noun + "s");

    private static CommandAnswer Answer(int exitCode, string text, JsonNode json) =>
        new(exitCode, text.TrimEnd(), json.ToJsonString(CommandLine.Indented));
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Commands;

/// <summary>
/// Runs <c>intilery backfill</c>: here, delivering too where no other process does, or in the process that has the outbox open, whose
/// progress is asked for until it is done.
/// </summary>
internal sealed class BackfillCommand(IIntileryBackfill backfill, IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan _deliveryPatience = TimeSpan.FromSeconds(30);

    private const string Stopped = "Stopped. What was sent is remembered: run it again to go on.";

    /// <summary>Returns the exit code.</summary>
    /// <param name="command">The command.</param>
    /// <param name="owner">The outbox file that another process has open; <see langword="null"/> if none has.</param>
    /// <param name="output">Where to print.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<int> RunAsync(CommandRequest command, string? owner, TextWriter output, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var progress = new BackfillProgressPrinter(
            command.Has("--json") ? TextWriter.Null : output, output == Console.Out && !Console.IsOutputRedirected, time);
        CommandAnswer answer;
        try
        {
            var request = RequestOf(command);
            answer = request.DryRun ? Answer(request, await backfill.RunAsync(request, progress, stopping.Token).ConfigureAwait(false))
                : owner is null ? await RunHereAsync(request, progress, stopping.Token).ConfigureAwait(false)
                : await RunThereAsync(command, owner, progress, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            answer = CommandAnswer.Failed(Stopped);
        }
        catch (Exception exception) when (CommandAnswer.IsAnswer(exception))
        {
            answer = CommandAnswer.Failed(exception);
        }

        progress.End();
        return await answer.PrintAsync(output, command.Has("--json")).ConfigureAwait(false);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }

    /// <summary>Returns what the command asks for: all that it names, or all.</summary>
    public static IntileryBackfillRequest RequestOf(CommandRequest command) => new()
    {
        Users = Names(command, "users"),
        Accounts = Names(command, "accounts"),
        Memberships = Names(command, "memberships"),
        Trials = Names(command, "trials"),
        Since = command.Options.TryGetValue("--since", out var since) ? CommandLine.DateOf(since) : null,
        Events = command.Has("--events"),
        DryRun = command.Has("--dry-run"),
        Restart = command.Has("--restart"),
    };

    /// <summary>Returns what a run has done, as text and as JSON.</summary>
    public static CommandAnswer Answer(IntileryBackfillRequest request, IntileryBackfillResult result)
    {
        var text = new StringBuilder();
        foreach (var part in result.Parts)
        {
            text.AppendLine(Describe(request, part));
        }

        foreach (var context in result.Unread)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{context} could not be read: it cannot be made outside of a request.");
        }

        foreach (var example in result.Examples)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"For example: {example}");
        }

        var json = new JsonObject
        {
            ["dryRun"] = request.DryRun,
            ["parts"] = new JsonArray([.. result.Parts.Select(part => new JsonObject
            {
                ["subject"] = part.Subject, ["read"] = part.Read, ["sent"] = part.Sent, ["doneBefore"] = part.DoneBefore,
            })]),
            ["unread"] = new JsonArray([.. result.Unread.Select(context => (JsonNode)context)]),
            ["examples"] = new JsonArray([.. result.Examples.Select(example => JsonNode.Parse(example))]),
        };
        return new CommandAnswer(
            result.Unread.Count == 0 ? ExitCodes.Done : ExitCodes.Failed,
            text.ToString().TrimEnd(),
            json.ToJsonString(CommandLine.Indented));
    }

    private static bool Names(CommandRequest command, string subject) =>
        command.Arguments.Count == 0 || command.Arguments.Contains(subject);

    private static string Describe(IntileryBackfillRequest request, IntileryBackfillPart part)
    {
        if (part.Subject == Backfill.BackfillRun.Trials)
        {
            return $"trials: {Plural.Of(part.Sent, "running trial", "running trials")} {(request.DryRun ? "found" : "in the schedule")}";
        }

        var counts = string.Create(CultureInfo.InvariantCulture, $"{part.Subject}: {part.Sent} of {Plural.Of(part.Read, "row", "rows")}");
        return part.DoneBefore is { } at ? string.Create(
            CultureInfo.InvariantCulture, $"{counts}, sent by an earlier run that ended at {at:u}; nothing was added")
            : request.DryRun ? $"{counts} would be sent"
            : $"{counts} sent";
    }

    private async Task<CommandAnswer> RunHereAsync(
        IntileryBackfillRequest request, IProgress<IntileryBackfillProgress> progress, CancellationToken cancellationToken)
    {
        // It delivers where no other process does: an application with an outbox of its own may not run.
        var runtime = services.GetRequiredService<TrackingRuntime>();
        runtime.Start();
        try
        {
            await runtime.ReadyAsync(cancellationToken).ConfigureAwait(false);
            services.GetRequiredService<CaptureSwitch>().TurnOn();
            var answer = Answer(request, await backfill.RunAsync(request, progress, cancellationToken).ConfigureAwait(false));
            return await IsDeliveredAsync(cancellationToken).ConfigureAwait(false)
                ? answer
                : answer with { Text = $"{answer.Text}{Environment.NewLine}Not all of it is delivered yet. The rest waits in the outbox for the application." };
        }
        finally
        {
            await runtime.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Of what it has left, as far as Intilery takes it at once. Where this process does not deliver, another does.
    private async Task<bool> IsDeliveredAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_deliveryPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        return await services.GetRequiredService<IIntileryOutbox>().FlushAsync(either.Token).ConfigureAwait(false)
            is FlushOutcome.Acknowledged or FlushOutcome.Rejected or FlushOutcome.NotDelivering;
    }

    private async Task<CommandAnswer> RunThereAsync(
        CommandRequest command, string owner, BackfillProgressPrinter progress, CancellationToken cancellationToken)
    {
        var answer = await OwnerRequests.AskAsync(owner, command, time, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (answer is null)
            {
                return CommandAnswer.Failed(
                    $"{OwnerRequests.NoAnswer(owner)} What was sent is remembered: run it again to go on.", ExitCodes.NoAnswer);
            }

            if (answer.ExitCode != BackfillJob.Running)
            {
                return answer;
            }

            if (answer.Json.Length > 0 && JsonSerializer.Deserialize<IntileryBackfillProgress>(answer.Json) is { } step)
            {
                progress.Report(step);
            }

            answer = await OwnerRequests.AskAsync(
                owner,
                new CommandRequest(
                    cancellationToken.IsCancellationRequested ? BackfillJob.Stop : BackfillJob.Look, [], new Dictionary<string, string>()),
                time,
                CancellationToken.None).ConfigureAwait(false);
        }
    }
}

/// <summary>Shows how far a backfill is: as a bar on a terminal, as a line now and then elsewhere.</summary>
internal sealed class BackfillProgressPrinter(TextWriter output, bool isTerminal, TimeProvider time) : IProgress<IntileryBackfillProgress>
{
    /// <summary>How often a line is written where there is no terminal.</summary>
    public static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private const int BarWidth = 30;
    private const string ClearRest = "\u001b[K";

    private string? _subject;
    private long _firstRead;
    private long _began;
    private long _written;

    public void Report(IntileryBackfillProgress value)
    {
        var now = time.GetTimestamp();
        if (_subject != value.Subject)
        {
            End();
            (_subject, _firstRead, _began, _written) = (value.Subject, value.Read, now, now);
        }

        if (isTerminal)
        {
            var done = value.Total == 0 ? 1 : (double)value.Read / value.Total;
            var filled = (int)(done * BarWidth);
            output.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"\r{value.Subject} [{new string('#', filled)}{new string('-', BarWidth - filled)}] {done * 100:0} %  {Describe(value, now)}{ClearRest}"));
        }
        else if (time.GetElapsedTime(_written, now) >= LineInterval)
        {
            _written = now;
            output.WriteLine($"{value.Subject}: {Describe(value, now)}");
        }
    }

    /// <summary>Ends the line of the bar.</summary>
    public void End()
    {
        if (isTerminal && _subject is not null)
        {
            output.WriteLine();
            _subject = null;
        }
    }

    private string Describe(IntileryBackfillProgress value, long now)
    {
        var elapsed = time.GetElapsedTime(_began, now).TotalSeconds;
        var rate = elapsed <= 0 ? 0 : (value.Read - _firstRead) / elapsed;
        var left = rate <= 0 || value.Read >= value.Total
            ? string.Empty
            : $", {new Duration(TimeSpan.FromSeconds((value.Total - value.Read) / rate))} left";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{value.Read} of {value.Total} rows, {rate:0} a second{left}{(value.WaitsForDelivery ? ", waiting for delivery" : "")}");
    }
}

using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Commands;

/// <summary>
/// Runs one command of <c>intilery</c>: here where the outbox is in the application's database or no process has it open, else in the
/// process that has.
/// </summary>
internal sealed class IntileryCommand(
    SampleCommand samples,
    Doctor doctor,
    BackfillCommand backfill,
    RuntimeMode mode,
    IOptionsMonitor<IntileryOptions> options,
    IHostEnvironment environment,
    TimeProvider time,
    IServiceProvider services)
{
    /// <summary>Returns the exit code.</summary>
    public async Task<int> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyList<Endpoint> endpoints, TextWriter output, CancellationToken cancellationToken)
    {
        var asJson = arguments.Contains("--json");
        var (request, usage) = CommandLine.Parse(arguments);
        if (request is null)
        {
            return await usage!.PrintAsync(output, asJson).ConfigureAwait(false);
        }

        if (request.Name is "doctor" or "samples")
        {
            var isGood = request.Name == "doctor"
                ? await doctor.RunAsync(output, endpoints, asJson, cancellationToken).ConfigureAwait(false)
                : await samples.RunAsync(output, asJson, cancellationToken).ConfigureAwait(false);
            return isGood ? ExitCodes.Done : ExitCodes.Failed;
        }

        if (!mode.KeepsEvents && !request.Has("--dry-run"))
        {
            return await CommandAnswer.Failed(
                "This application keeps no events: it has no account, or Intilery:CaptureOnly is set. Give the command the same configuration as the application.")
                .PrintAsync(output, asJson).ConfigureAwait(false);
        }

        IReadOnlyList<string> owned;
        try
        {
            owned = request.Has("--dry-run") ? [] : Owned();
        }
        catch (Exception exception) when (CommandAnswer.IsAnswer(exception))
        {
            return await CommandAnswer.Failed(exception).PrintAsync(output, asJson).ConfigureAwait(false);
        }

        return request.Name == "backfill"
            ? await backfill.RunAsync(request, owned.Count == 0 ? null : owned[0], output, cancellationToken).ConfigureAwait(false)
            : await (await OperateAsync(request, owned, cancellationToken).ConfigureAwait(false)).PrintAsync(output, asJson).ConfigureAwait(false);
    }

    private async Task<CommandAnswer> OperateAsync(CommandRequest request, IReadOnlyList<string> owned, CancellationToken cancellationToken)
    {
        if (owned.Count == 0)
        {
            // Nothing of this process captures: the switch lets the operator in.
            services.GetRequiredService<CaptureSwitch>().TurnOn();
            try
            {
                services.GetRequiredService<OutboxWriter>().Start();
                return await services.GetRequiredService<OperatorCommands>().RunAsync(
                    request, isApplication: false, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (CommandAnswer.IsAnswer(exception))
            {
                // The store is opened here, which may be what fails.
                return CommandAnswer.Failed(exception);
            }
        }

        var answers = new List<(string File, CommandAnswer Answer)>();
        // Each process reads every file of the folder, also those that other processes have open.
        foreach (var file in request.Name == "export" ? owned.Take(1) : owned)
        {
            answers.Add((file, await OwnerRequests.AskAsync(file, request, time, cancellationToken).ConfigureAwait(false)
                ?? CommandAnswer.Failed($"{OwnerRequests.NoAnswer(file)} It may be stopping, or hang.", ExitCodes.NoAnswer)));
        }

        return answers is [var only] ? only.Answer : Join(answers);
    }

    private IReadOnlyList<string> Owned() => mode.SharesOutbox
        ? []
        : [.. OutboxFolder.Candidates(options.CurrentValue.Outbox, environment.ContentRootPath).SelectMany(OwnerRequests.OwnedFiles)];

    // Several processes of one machine have a file each.
    private static CommandAnswer Join(List<(string File, CommandAnswer Answer)> answers) => new(
        answers.Max(it => it.Answer.ExitCode),
        string.Join(Environment.NewLine, answers.Select(it => $"{Path.GetFileName(it.File)}:{Environment.NewLine}{it.Answer.Text}")),
        $"{{{string.Join(", ", answers.Select(it => $"\"{Path.GetFileName(it.File)}\": {it.Answer.Json}"))}}}");
}

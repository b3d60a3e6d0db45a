using Intilery.AspNetCore;
using Intilery.AspNetCore.Commands;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>Gives an application the commands of Intilery's lifecycle tracking.</summary>
public static class IntileryHostExtensions
{
    /// <summary>
    /// Runs a command of <c>intilery</c>, if the application was started with one: <c>doctor</c> prints which of the ten events this
    /// application captures, and how, and checks the API, the token, the clock and the outbox; <c>samples</c> sends one labelled sample of
    /// each of the ten events, past the outbox, and prints what to do in Intilery's <em>Schema</em> screen, because Intilery records an
    /// event only once it has been marked valid there; <c>backfill</c> is what <see cref="IIntileryBackfill"/> does, and <c>status</c>,
    /// <c>dead-letters</c>, <c>destinations</c>,
    /// <c>export</c> and <c>erase</c> are what <see cref="IIntileryOutbox"/> does, at a command line. <c>intilery --help</c> lists them.
    /// Call it after the last endpoint is mapped and before <c>Run</c>, so that <c>doctor</c> sees the endpoints' attributes.
    /// </summary>
    /// <remarks>
    /// The samples are of a user and an account named <c>intilery-sample</c>, which never exist otherwise. They go to the account
    /// of the section <c>Intilery</c>, also where <see cref="IntileryOptions.CaptureOnly"/> is set. The other commands need the
    /// application's own configuration. Where events wait in a file, the running application carries them out: it looks for requests beside
    /// the file.
    /// </remarks>
    /// <param name="host">The application, built and not started.</param>
    /// <param name="args">The application's arguments.</param>
    /// <param name="output">
    /// Where to print. Default: <see langword="null"/>, which is the standard output. In a process that was started with a command, what
    /// the application logs to the console goes to the standard error.
    /// </param>
    /// <param name="cancellationToken">Stops the command.</param>
    /// <returns>
    /// The exit code: 0 if it is done, 1 if it failed or the section <c>Intilery</c> is not valid, 2 if the command is unknown or its
    /// arguments are wrong, 3 if the process that has the events did not answer within 10 seconds; <see langword="null"/> if the arguments
    /// are not a command of <c>intilery</c>, and the application is to run.
    /// </returns>
    /// <exception cref="InvalidOperationException">The services are not registered; the message names the call.</exception>
    /// <example>
    /// <code>
    /// var app = builder.Build();
    /// if (await app.RunIntileryCommandAsync(args) is { } exitCode)
    /// {
    ///     return exitCode; // dotnet run -- intilery status
    /// }
    /// </code>
    /// </example>
    public static async Task<int?> RunIntileryCommandAsync(
        this IHost host, string[] args, TextWriter? output = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(args);
        if (args is not ["intilery", .. var arguments])
        {
            return null;
        }

        var printer = output ?? Console.Out;
        var command = host.Services.GetService<IntileryCommand>() ?? throw new InvalidOperationException(
            "Unable to find the services of Intilery lifecycle tracking. Call 'builder.Services.AddIntilery()' where services are registered.");
        try
        {
            return await command.RunAsync(arguments, EndpointsOf(host), printer, cancellationToken).ConfigureAwait(false);
        }
        catch (OptionsValidationException exception)
        {
            // For the operator: the error message without the stack.
            return await CommandAnswer.Failed(
                string.Join(Environment.NewLine, exception.Failures)).PrintAsync(printer, args.Contains("--json")).ConfigureAwait(false);
        }
    }

    // The endpoint data sources of an application whose pipeline is not built yet.
    private static IReadOnlyList<Endpoint> EndpointsOf(IHost host) =>
        host is IEndpointRouteBuilder routes ? [.. routes.DataSources.SelectMany(source => source.Endpoints)] : [];
}

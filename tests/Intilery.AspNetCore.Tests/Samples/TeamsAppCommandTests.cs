using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Samples;

/// <summary>An operator's commands, run as the built application beside the one that serves.</summary>
public sealed partial class TeamsAppCommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task What_waits_is_shown_as_text_and_as_json_and_a_person_is_erased()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => HttpStatusCode.Forbidden);
        await using var app = await SampleProcess.StartTeamsAppAsync(_folder, Port(api));
        await RegisterAsync(app);
        var userId = JsonNode.Parse((await api.BodiesAsync(1))[0])!["batch"]![0]!["userId"]!.GetValue<string>();

        var status = await RunAsync(api, "status");
        var json = await RunAsync(api, "status", "--json");
        var erased = await RunAsync(api, "erase", userId, "--yes");
        var after = await RunAsync(api, "status");

        Assert.Equal(
            (0, Lines($"Destination: {api.BaseAddress}/track/acme/acme/ACME", "Waiting: 3 events, the oldest for AGE", "Rejected: nothing")),
            (status.ExitCode, Age().Replace(status.Output, "for AGE")));
        Assert.Equal((3, 0), (JsonNode.Parse(json.Output)!["waiting"]!.GetValue<int>(), JsonNode.Parse(json.Output)!["rejected"]!.GetValue<int>()));
        Assert.Equal((0, Lines($"3 entries of {userId} erased. Ask Intilery to erase what it has already received.")), erased);
        Assert.Equal((0, Lines($"Destination: {api.BaseAddress}/track/acme/acme/ACME", "Waiting: nothing", "Rejected: nothing")), after);
    }

    [Fact]
    public async Task What_was_rejected_is_listed_with_the_apis_message_and_retried()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => HttpStatusCode.BadRequest);
        await using var app = await SampleProcess.StartTeamsAppAsync(_folder, Port(api));
        await RegisterAsync(app);
        var listed = await RunAsync(api, "dead-letters", "list");
        while (listed.Output.Split('\n').Length < 4)
        {
            listed = await RunAsync(api, "dead-letters", "list");
        }

        api.AnswerAll((_, _) => null);
        var retried = await RunAsync(api, "dead-letters", "retry", "--all");

        Assert.Equal(["identify", "Signed Up", "Signed In"], Letter().Matches(listed.Output).Select(letter => letter.Groups[1].Value));
        Assert.Equal((0, Lines("3 rejected events retried.")), retried);
        Assert.Equal(["Signed In", "Signed Up", "identify"], (await api.AcceptedAsync(3)).Select(call => call.Event).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_ends_with_the_list_of_those_that_do()
    {
        var (exitCode, output) = await SampleProcess.RunTeamsAppAsync(_folder, 9, "intilery", "stats");

        Assert.Equal(2, exitCode);
        Assert.StartsWith($"There is no command 'intilery stats'.{Environment.NewLine}{Environment.NewLine}intilery doctor", output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static int Port(TrackingApi api) => new Uri(api.BaseAddress).Port;

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + Environment.NewLine));

    private static async Task RegisterAsync(SampleProcess app)
    {
        using var peter = await app.OpenBrowserAsync();
        using var answer = await peter.SubmitAsync(
            "/register", ("FirstName", "Peter"), ("LastName", "Gibbons"), ("JobTitle", "Mr"), ("Phone", "410-555-9412"),
            ("Email", "pgibbons@example.com"), ("Password", "Pa55word!"));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    private Task<(int ExitCode, string Output)> RunAsync(TrackingApi api, params string[] arguments) =>
        SampleProcess.RunTeamsAppAsync(_folder, Port(api), ["intilery", .. arguments]);

    [GeneratedRegex(@"for (\d+ milliseconds|[\d.]+ seconds?|\d+ minutes?( \d+ seconds?)?)$", RegexOptions.Multiline)]
    private static partial Regex Age();

    [GeneratedRegex(@"^\d+  \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  ([\w ]+)  [0-9a-f-]+: ", RegexOptions.Multiline)]
    private static partial Regex Letter();
}

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
            (0, Lines(
                $"Destination: {api.BaseAddress}/track/acme/acme/ACME", "Delivery: the process NAME has the lease", "Waiting: 3 events, the oldest for AGE", "Rejected: nothing",
                "Registered processes: NAME")),
            (status.ExitCode, Name().Replace(Age().Replace(status.Output, "for AGE"), "NAME")));
        Assert.Equal((3, 0), (JsonNode.Parse(json.Output)!["waiting"]!.GetValue<int>(), JsonNode.Parse(json.Output)!["rejected"]!.GetValue<int>()));
        Assert.Equal((0, Lines($"3 entries of {userId} erased. Ask Intilery to erase what it has already received.")), erased);
        Assert.Contains(Lines("Waiting: nothing", "Rejected: nothing"), after.Output, StringComparison.Ordinal);
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
    public async Task The_doctor_and_the_samples_answer_as_text_and_as_json()
    {
        await using var api = await TrackingApi.StartAsync();

        var doctor = await RunAsync(api, "doctor");
        var doctorJson = await RunAsync(api, "doctor", "--json");

        // No application has made its tables yet.
        Assert.Equal((1, 1), (doctor.ExitCode, doctorJson.ExitCode));
        Assert.Matches(@"^Events\s", doctor.Output);
        Assert.Matches(@"Token +good +Accepted for ", doctor.Output);
        Assert.Matches(@"Tables +FAILED +SQLite Error 1: 'no such table", doctor.Output);
        var answer = JsonNode.Parse(doctorJson.Output)!;
        Assert.Equal(
            ["API True", "Token True", "Clock True", "Tables False"], answer["checks"]!.AsArray().Select(check => $"{check!["name"]} {(bool?)check["isGood"]}"));
        Assert.Equal(10, answer["events"]!.AsArray().Count);
        Assert.Equal("Production", (string?)answer["setUp"]!["Environment"]);

        var samples = await RunAsync(api, "samples");
        var samplesJson = await RunAsync(api, "samples", "--json");

        Assert.StartsWith($"Sending one sample of each event to {api.BaseAddress}/track/acme/acme/ACME", samples.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0, 20), (samples.ExitCode, samplesJson.ExitCode, api.Accepted.Count));
        Assert.All(JsonNode.Parse(samplesJson.Output)!["samples"]!.AsArray(), sample => Assert.True((bool)sample!["isAccepted"]!));
    }

    [Fact]
    public async Task What_waits_for_a_former_account_is_listed_redirected_and_deleted_as_text_and_as_json()
    {
        await using var former = await TrackingApi.StartAsync();
        former.AnswerAll((_, _) => HttpStatusCode.Forbidden);
        await using (var app = await SampleProcess.StartTeamsAppAsync(_folder, Port(former)))
        {
            await RegisterAsync(app);
            await former.BodiesAsync(1);
            await app.StopAsync();
        }

        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => HttpStatusCode.Forbidden);
        var (there, here) = ($"{former.BaseAddress}/track/acme/acme/ACME", $"{api.BaseAddress}/track/acme/acme/ACME");

        Assert.Equal((0, Lines($"{there}: 3 events, 0 running trials")), await RunAsync(api, "destinations", "list"));
        Assert.Equal(
            $$"""[{"address":"{{there}}","events":3,"runningTrials":0}]""", JsonNode.Parse((await RunAsync(api, "destinations", "list", "--json")).Output)!.ToJsonString());
        Assert.Equal((0, Lines($"{there}: 3 events, 0 running trials: redirected.")), await RunAsync(api, "destinations", "redirect", there, "--yes"));
        Assert.Equal(
            """{"redirected":true,"events":3,"runningTrials":0}""",
            JsonNode.Parse((await RunAsync(former, "destinations", "redirect", here, "--yes", "--json")).Output)!.ToJsonString());
        var purged = await RunAsync(api, "destinations", "purge", there, "--yes", "--json");
        Assert.Equal((0, """{"deleted":true,"events":3,"runningTrials":0}"""), (purged.ExitCode, JsonNode.Parse(purged.Output)!.ToJsonString()));
        Assert.Equal((1, Lines($"Nothing waits for {there}. 'intilery destinations list' shows what there is.")), await RunAsync(api, "destinations", "purge", there, "--yes"));
    }

    [Fact]
    public async Task A_persons_data_are_exported_and_rejected_events_listed_and_deleted_as_json()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => HttpStatusCode.BadRequest);
        await using var app = await SampleProcess.StartTeamsAppAsync(_folder, Port(api));
        await RegisterAsync(app);
        var listed = await RunAsync(api, "dead-letters", "list", "--json");
        while (JsonNode.Parse(listed.Output)!.AsArray().Count < 3)
        {
            listed = await RunAsync(api, "dead-letters", "list", "--json");
        }

        var userId = (string)JsonNode.Parse(listed.Output)![0]!["userId"]!;
        Assert.Equal(
            ["Signed In", "Signed Up", "identify"],
            JsonNode.Parse(listed.Output)!.AsArray().Select(letter => (string?)letter!["message"]!["event"] ?? (string?)letter["message"]!["type"]).Order(StringComparer.Ordinal));
        var export = await RunAsync(api, "export", userId);
        Assert.Equal((0, 3, userId), (export.ExitCode, JsonNode.Parse(export.Output)!["rejected"]!.AsArray().Count, (string?)JsonNode.Parse(export.Output)!["userId"]));
        Assert.Equal(export.Output, (await RunAsync(api, "export", userId, "--json")).Output);
        var retried = await RunAsync(api, "dead-letters", "retry", (string?)JsonNode.Parse(listed.Output)![0]!["id"]?.ToJsonString() ?? "", "--json");
        Assert.Equal("""{"retried":1}""", JsonNode.Parse(retried.Output)!.ToJsonString());
        var purged = await RunAsync(api, "dead-letters", "purge", "--all", "--yes", "--json");
        Assert.Matches("""^{"deleted":[23]}$""", JsonNode.Parse(purged.Output)!.ToJsonString());
        var erased = await RunAsync(api, "erase", userId, "--yes", "--json");
        Assert.Empty(JsonNode.Parse(erased.Output)!["unreached"]!.AsArray());
        Assert.Equal(
            (2, "This cannot be undone. Run it again with --yes to confirm it."),
            (await RunAsync(api, "erase", userId) is var asked ? asked.ExitCode : 0, asked.Output.Split(Environment.NewLine)[0]));
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

    [GeneratedRegex(@"(?<=^(Registered processes:|Delivery: the process) )\S+ \d+(?=\r?$| has)", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"^\d+  \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  ([\w ]+)  [0-9a-f-]+: ", RegexOptions.Multiline)]
    private static partial Regex Letter();
}

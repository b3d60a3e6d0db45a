using System.Text;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Writes down every answer whole: status, headers, body.</summary>
internal sealed class AnswerRecorder(AnswerLog answers, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var answer = new StringBuilder().Append(request.Method).Append(' ').Append(request.RequestUri!.PathAndQuery)
            .Append(" -> ").Append((int)response.StatusCode).Append('\n');
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            foreach (var value in values)
            {
                answer.Append(name).Append(": ").Append(value).Append('\n');
            }
        }

        answers.Add(answer.Append(await response.Content.ReadAsStringAsync(cancellationToken)).ToString());
        return response;
    }
}

using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A page with one button in a circuit: the framework's own renderer, and its activities as a circuit's host dispatches them.</summary>
internal sealed class CircuitPage : IAsyncDisposable
{
    private readonly IServiceProvider _circuit;
    private readonly ButtonRenderer _renderer;

    public CircuitPage(IServiceProvider circuit)
    {
        _circuit = circuit;
        _renderer = new ButtonRenderer(circuit);
    }

    /// <summary>Gets the first render, until no part of it waits any more.</summary>
    public Task Rendering { get; private set; } = Task.CompletedTask;

    /// <summary>Gets what a handler has thrown.</summary>
    public Task<Exception> Failed => _renderer.Failed.Task;

    /// <summary>Opens the circuit and renders the button, which calls the handler; completes when the circuit's host takes the first render to be over.</summary>
    /// <param name="clicked">What a click does.</param>
    /// <param name="initialized">What the page does when it is initialized.</param>
    /// <param name="rendered">What the page does after its first render.</param>
    public Task RenderAsync(
        Func<IServiceProvider, Task> clicked, Func<IServiceProvider, Task>? initialized = null, Func<IServiceProvider, Task>? rendered = null) =>
        _renderer.Dispatcher.InvokeAsync(async () =>
        {
            await Handler.OnCircuitOpenedAsync(null!, CancellationToken.None);
            await Handler.CreateInboundActivityHandler(_ =>
            {
                Rendering = _renderer.RenderAsync(new Button(() => clicked(_circuit), () => Invoke(initialized), () => Invoke(rendered)));
                return Task.CompletedTask;
            })(null!);
        });

    /// <summary>Clicks the button; completes when the circuit's host takes the activity to be over, which is where the handler first waits.</summary>
    public Task ClickAsync() => ActAsync(_circuit, () => _renderer.Dispatcher.InvokeAsync(_renderer.Click));

    /// <summary>Calls a method from JavaScript; completes when the circuit's host takes the activity to be over, which is where the method first waits.</summary>
    public Task CallAsync(Func<Task> method) =>
        Handler.CreateInboundActivityHandler(activity => _renderer.Dispatcher.InvokeAsync((Action)(() => _ = method())))(null!);

    /// <summary>Does what the message of the hub brings that calls a component's handler.</summary>
    public static async Task ActAsync(IServiceProvider circuit, Func<Task> handle)
    {
        var scopes = circuit.GetRequiredService<TrackingScopes>();
        var message = new TrackingScope(circuit.GetRequiredService<ScopeContextReader>().OfNobody()) { IsOfHandler = true };
        var flow = scopes.Enter(message, isWithin: false);
        try
        {
            await circuit.GetServices<CircuitHandler>().Single().CreateInboundActivityHandler(_ => handle())(null!);
        }
        finally
        {
            scopes.Leave(flow);
        }
    }

    /// <summary>Completes when all that the circuit had to do by now is done.</summary>
    public Task CommitAsync() => _renderer.Dispatcher.InvokeAsync(async () =>
    {
        // What is queued may queue more.
        for (var i = 0; i < 10; i++)
        {
            await Task.Yield();
        }
    });

    public async ValueTask DisposeAsync() => await ((IAsyncDisposable)_renderer).DisposeAsync();

    private CircuitHandler Handler => _circuit.GetServices<CircuitHandler>().Single();

    private Task Invoke(Func<IServiceProvider, Task>? work) => work is null ? Task.CompletedTask : work(_circuit);

    private sealed class Button(Func<Task> clicked, Func<Task> initialized, Func<Task> rendered) : ComponentBase
    {
        protected override Task OnInitializedAsync() => initialized();

        protected override Task OnAfterRenderAsync(bool firstRender) => firstRender ? rendered() : Task.CompletedTask;

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "button");
            builder.AddAttribute(1, "onclick", EventCallback.Factory.Create(this, clicked));
            builder.CloseElement();
        }
    }

#pragma warning disable BL0006 // A test that follows the framework.
    private sealed class ButtonRenderer : Renderer
    {
        private ulong _click;

        public ButtonRenderer(IServiceProvider circuit)
            : base(circuit, circuit.GetRequiredService<ILoggerFactory>())
        {
        }

        public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

        public TaskCompletionSource<Exception> Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task RenderAsync(IComponent component) => RenderRootComponentAsync(AssignRootComponentId(component));

        // As a call from JavaScript: nobody awaits it.
        public void Click() => _ = DispatchEventAsync(_click, null, EventArgs.Empty);

        protected override void HandleException(Exception exception) => Failed.TrySetResult(exception);

        protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
        {
            for (var i = 0; i < renderBatch.ReferenceFrames.Count; i++)
            {
                if (renderBatch.ReferenceFrames.Array[i] is { FrameType: RenderTreeFrameType.Attribute, AttributeEventHandlerId: > 0 } frame)
                {
                    _click = frame.AttributeEventHandlerId;
                }
            }

            return Task.CompletedTask;
        }
    }
#pragma warning restore BL0006
}

import { ReadOnlyProject } from "../mod.ts";
const [scenario, line] = Deno.args;
const { apiToken } = JSON.parse(line) as { apiToken: string };
const project = new ReadOnlyProject({ apiToken, project: `bench/${scenario}` });
const show=(w:string)=>{const m=Deno.memoryUsage();const hwm=Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1])/1024|0;console.log(w.padEnd(10),"rss",m.rss>>20,"heapTotal",m.heapTotal>>20,"used",m.heapUsed>>20,"ext",m.external>>20,"hwm",hwm)};
(globalThis as any).__show=show;
show("start");
for(let i=0;i<3;i++){
 const t=performance.now();
 const f=await project.fetchMetrics({experiments:".*",attributes:".*",includeTimestamp:false,progressBar:false});
 show("done "+((performance.now()-t)|0)+" "+f.height);
}
Deno.exit();
